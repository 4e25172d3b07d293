import type { z } from "zod";
import type { Answer, Command } from "../linux/command";
import type { HostId } from "../linux/host/perHost";
import type { OwnerRecord } from "../linux/host/records";
import type { LinkFacts } from "../linux/linkTypes";
import type { Place } from "../linux/marks/objectName";
import type { Owner } from "../linux/marks/owner";
import type { Plan } from "../linux/plan";

/** Checked arguments of any resource: the fields of its schema with defaults filled in, and its mark. */
export type Args = Record<string, unknown>;

/** An object with known keys, unlike a list or a map with free keys. */
type Fields<T> = T extends readonly unknown[] ? never : string extends keyof T ? never : keyof T & string;

/** Every field of `A` by its dotted path: `name`, `end.mtu`. */
type FieldPath<A> = {
  [K in keyof A & string]: NonNullable<A[K]> extends object
    ? [Fields<NonNullable<A[K]>>] extends [never]
      ? K
      : `${K}.${Fields<NonNullable<A[K]>>}`
    : K;
}[keyof A & string];

/** Some fields of `A`, nested ones too; `undefined` says that a field is not set. */
export type Some<A> = { [K in keyof A]?: Inner<A[K]> | undefined };

type Inner<T> =
  NonNullable<T> extends object
    ? [Fields<NonNullable<T>>] extends [never]
      ? T
      : { [P in keyof T]?: T[P] | undefined }
    : T;

/** The effect of a changed field on the resource, which may depend on the old and the new value. */
export type Effect =
  | "replace"
  | "update"
  | ((was: unknown, now: unknown, olds: Args, news: Args) => "replace" | "update");

/** One problem with the arguments. `reason` says what is wrong and how to fix it. */
export interface Problem {
  readonly property: string;
  readonly reason: string;
}

/** The state of the kernel object, expressed as arguments. */
export interface Observed<A = Args, O = object> {
  /** Actual values of the fields. A field that cannot be read back is omitted. */
  readonly args: Some<A>;
  /** The values to restore when an adopted object is released: `args` plus fields that nobody has set. Default: `args`. */
  readonly restorable?: Some<A>;
  readonly outputs: Readonly<O>;
  readonly owner: Owner;
  /** Why the object can never be adopted, such as "is a dummy link, not a bridge". */
  readonly incompatible?: string | undefined;
}

/** Side effects of a change on other objects in the namespace, which may have other owners. */
interface Effects<A, O> {
  /** The fields that `restore` resets. */
  readonly fields: readonly (keyof A & string)[];
  /** The namespace that confines the effects. `undefined` if the object has no namespace. */
  namespace(args: A): { readonly name: string | undefined } | undefined;
  /**
   * Returns the former values to record before `args` are written. `isFirst` is set if no resource has a record of the
   * object yet.
   */
  remember(
    former: Args,
    observed: Observed<A, O>,
    args: A,
    records: readonly OwnerRecord[],
    isFirst: boolean,
  ): Args;
  /** Restores what other resources ask for after a change. Returns the values that must still be remembered. */
  settle(former: Args, args: A, records: readonly OwnerRecord[]): Plan<Args>;
  /** Resets the object and the affected objects to `former`. */
  restore(former: Args, args: A, records: readonly OwnerRecord[]): Plan;
}

/** An object that is deleted with another one, or a port that loses its bridge. */
export interface Member {
  /** The object name, such as `link eth0 in red`. */
  readonly object: string;
  readonly owner: Owner;
}

/** Everything that is deleted with an object, whoever owns it. */
export interface Content {
  readonly links: readonly Member[];
  readonly places: readonly Place[];
}

/**
 * How a kind becomes a part of a Node or a Topology: the arguments that its place supplies, and its name there. A part does
 * not accept these arguments itself.
 */
export interface PartPlace<A> {
  /** The argument that holds the network namespace. Default: none, because the object is always on the host. */
  readonly namespace?: string;
  /** The argument that holds the link. Default: none. */
  readonly link?: string;
  /**
   * The argument that holds the name and the key of the map. A kind without one is kept in a list, or named by the program.
   */
  readonly name?: string;
  /** In a map of single values, the argument that holds the value. */
  readonly value?: string;
  /** The argument that a plain string in place of an entry stands for. */
  readonly short?: string;
  /** The two ends of a cable. Fields of the near end are at the top of an entry; the far end is a nested object. */
  readonly ends?: readonly [near: string, far: string];
  /**
   * Returns the part key without the kind. Marks are derived from it, so it must never change. `named` is the name chosen by
   * the program, prefixed with its place. Default: the id.
   */
  key?(args: A, named: string): string;
}

/** How a kind tells which resource owns an object. `strategies.ts` makes each of them. */
export interface Ownership<A = Args, O extends object = object> {
  /** Whether a record names the owner, because the kernel has no room for a mark. */
  readonly isRecorded: boolean;
  /** Whether an object without a mark may be the resource's own. A record holds the ownership until it has one. */
  readonly marksAfterCreate: boolean;
  /**
   * Whether the object always exists. Creation adopts it, deletion restores it, and stacks may share it while they agree on
   * the values.
   */
  readonly isShared: boolean;
  /** Whether the observed object belongs to this resource. */
  isOurs(observed: Observed<A, O>, args: A): boolean;
  /** Whether creation may adopt an existing object without `adopt`. */
  mayAdopt(observed: Observed<A, O>, args: A): boolean;
  /** Commands that write the mark if it is stored in a link alias, which other programs also write. */
  marking?(args: A): readonly Command[];
  /**
   * Names the users of the object that have no record of it. If there are any, the object is not restored to `former`.
   * Default: none.
   */
  reliedOn?(args: A, former: Args): Plan<readonly string[]>;
}

/** A search for all objects of a kind in one network namespace, whoever owns them. */
export interface Discovery {
  readonly commands: readonly Command[];
  /** Returns the objects that carry a mark of this kind, with the arguments that `probe` and `remove` need. */
  find(answers: readonly Answer[]): readonly Args[];
}

/** How concurrent operations on one kernel list are merged. */
export interface Together<A = Args> {
  /** Operations with the same key may be merged and share one probe. `undefined` forbids merging. */
  key(args: A): string | undefined;
  /** Whether a command changes the list. A removal runs its changes as looks. */
  isChange(command: Command): boolean;
  /**
   * Merges the changes of operations, in order of arrival, or returns `undefined` if they must run one by one. `answers`
   * answer the probe that the changes were derived from; they are absent if the list has changed since.
   */
  merge(
    operations: readonly (readonly Command[])[],
    answers: readonly Answer[] | undefined,
  ): Merged | undefined;
}

/** One command for several operations, and the commands that each of them runs after it. */
export interface Merged {
  readonly command: Command;
  readonly rest: readonly (readonly Command[])[];
}

/**
 * Everything about one kind of resource. A definition is pure: it returns commands and receives their answers. Methods use
 * method syntax so that one list can hold different kinds.
 */
export interface Definition<A = Args, O extends object = object> {
  readonly kind: string;
  /** Validation, defaults, types and docs. Reference fields hold names here. */
  readonly schema: z.ZodObject;
  /** The field that name collisions are reported on. */
  readonly identity: FieldPath<A>;
  /** Whether a change of each field replaces the resource or updates it in place. */
  readonly onChange: Readonly<Record<FieldPath<Omit<A, "mark">>, Effect>>;
  /** A readable, stable id, unique on the host. */
  id(args: A): string;
  /** Ids used by earlier versions. Records stored under them also apply to this object. */
  formerIds?(args: A): readonly string[];
  /** Names of the kernel objects that the resource consists of. Two resources of a program must not share one. */
  objectNames(args: A): readonly string[];
  /** Parameters of other objects that the resource also sets. No other resource may set them. Default: none. */
  settings?(args: A): readonly string[];
  /** Names of the objects that the resource depends on. Default: none. */
  needs?(args: A): readonly string[];
  /** Facilities that others depend on, whichever resource provides them, such as `addresses in red`. Default: none. */
  provides?(args: A): readonly string[];
  /** Facilities that the resource depends on: it follows all providers and is recreated with any of them. Default: none. */
  needsAny?(args: A): readonly string[];
  /** How the kind becomes a part of a Node or a Topology. Default: it cannot. */
  readonly place?: PartPlace<A>;
  /** The network namespace whose deletion deletes the object. Default: the argument `namespace`. */
  namespaceOf?(args: A): string | undefined;
  /** Facts about a kind of link. Absent for any other kind. */
  readonly links?: LinkFacts<A>;
  /** The link whose deletion deletes the object. Default: none. */
  link?(args: A): string;
  /** The network namespace that the resource itself is. Its deletion deletes the content. */
  ownsNamespace?(args: A): string;
  /**
   * Problems between fields, checked once each field is valid on its own. Reading an unknown value aborts the check;
   * `asFarAsKnown` runs several checks independently.
   */
  problems?(args: A): readonly Problem[];
  /**
   * Defaults that depend on other fields or on the mark, unknown while those are unknown. They are validated like given
   * values.
   */
  defaults?(args: Some<A> & { mark: string }): { readonly [K in keyof A]?: unknown };
  /** Reading commands, which may run concurrently. */
  probe(args: A): readonly Command[];
  /** Returns the object as read from the answers, or `undefined` if it does not exist. */
  parse(answers: readonly Answer[], args: A): Observed<A, O> | undefined;
  /** Fills in values that only this run on this host can determine, such as the link towards a gateway. Default: `args`. */
  located?(args: A, host: HostId): A;
  /** Creates what is missing according to the answers to `probe`. */
  create(args: A, answers?: readonly Answer[]): readonly Command[];
  /**
   * Changes only the differences. Returns an empty list if there are none. `owner` is the owner afterwards. Default: the
   * resource.
   */
  update(observed: Observed<A, O>, args: A, owner?: Owner): readonly Command[];
  /**
   * Returns the values that a new object would have for fields that `args` leave to the kernel. An object with other values, set
   * by an earlier owner, is not taken over. Default: none.
   */
  fresh?(args: A): Plan<Some<A>>;
  /** Finds everything that the kernel deletes with the object. Default: nothing that could have another owner. */
  content?(args: A): Plan<Content>;
  /**
   * Deletes the object. Returns a plan if later commands depend on answers. `content` lists what the kernel deletes with it.
   */
  remove(observed: Observed<A, O>, args: A, content?: Content): readonly Command[] | Plan;
  /** Reverts temporary settings that an interrupted removal left behind. Called once the object is gone. */
  cleanUp?(args: A, answers: readonly Answer[]): Plan;
  /** Problems that may resolve on their own, such as a link without carrier. */
  pending?(observed: Observed<A, O>, args: A): readonly Problem[];
  /** How the kind tells which resource owns an object: one of `strategies.ts`. */
  readonly ownership: Ownership<A, O>;
  /**
   * Nothing depends on the object, so an update may recreate it if it is gone. It may have been deleted with its link or its
   * address earlier in the same run.
   */
  readonly hasNoDependents?: true;
  /** Side effects of a change on other objects. Default: none. */
  readonly effects?: Effects<A, O>;
  /**
   * Runs before the commands of `create` or `update`. Waits for or throws whatever forbids them, before anything is changed.
   */
  preflight?(commands: readonly Command[]): Plan;
  /** Finds all objects of this kind in a network namespace. Default: only records list them. */
  discover?(namespace: string | undefined): Discovery;
  /** Returns warnings about anything that may keep the created resource from working. */
  warnings?(args: A, host: HostId): Plan<readonly string[]>;
  /** Returns the keys to serialize by: operations that share a key run one after the other. */
  serialize?(args: A): string | readonly string[];
  /** How operations that wait for the same turn are merged. Default: they run one after the other. */
  readonly together?: Together<A>;
}
