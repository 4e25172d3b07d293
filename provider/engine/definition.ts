import type { z } from "zod";
import type { Answer, Command, Steps } from "../linux/command";
import type { HostId } from "../linux/host/perHost";
import type { Former, OwnerRecord } from "../linux/host/records";
import type { Place } from "../linux/marks/objectName";

/** The arguments of any resource after `check`: the fields of its schema, defaults filled in, and its mark. */
export type Args = Record<string, unknown>;

/** A plain object with known keys, as opposed to a list or a map with free keys. */
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

/** What a changed field does to the resource, at times depending on what it changed from and to. */
export type Effect =
  | "replace"
  | "update"
  | ((was: unknown, now: unknown, olds: Args, news: Args) => "replace" | "update");

/** One thing wrong with the arguments. `reason` says what, and how to mend it. */
export interface Problem {
  readonly property: string;
  readonly reason: string;
}

/** What the kernel has, in the words of the arguments. */
export interface Observed<A = Args, O = object> {
  /** Fields as they really are; a field that cannot be read back is left out. */
  readonly args: Some<A>;
  /** Those and what else an adopted object is set back to, though nobody has asked for it. Default: `args`. */
  readonly restorable?: Some<A>;
  /** Facts beyond the arguments. */
  readonly outputs: Readonly<O>;
  /** The mark the object carries. */
  readonly mark?: string | undefined;
  /** Why it can never be taken over, as it is another kind of thing: "is a dummy link, not a bridge". */
  readonly incompatible?: string | undefined;
}

/** Outputs that creation adds. */
export interface Remembered {
  /** What the object was before it was taken over; deletion makes it so again. */
  readonly former?: Former;
}

/** Side effects of a change on other objects in the namespace, which may have another owner. */
interface Effects<A, O> {
  /** The fields that `restore` sets back. */
  readonly fields: readonly (keyof A & string)[];
  /** The namespace that they stay in; `undefined` for an object without any. */
  namespace(args: A): { readonly name: string | undefined } | undefined;
  /**
   * Returns the former values to record before `args` are written. `isFirst`: no resource has a record of the object yet.
   */
  remember(
    former: Args,
    observed: Observed<A, O>,
    args: A,
    records: readonly OwnerRecord[],
    isFirst: boolean,
  ): Args;
  /** Sets back, after a change, what other resources ask for; gives what is still to be remembered. */
  settle(former: Args, args: A, records: readonly OwnerRecord[]): Steps<Args>;
  /** Sets the object and the others back to `former`. */
  restore(former: Args, args: A, records: readonly OwnerRecord[]): Steps;
}

/** Something that goes with an object when that is deleted, or loses what it is a port of. */
export interface Member {
  /** As resources claim it: `link eth0 in red`. */
  readonly object: string;
  /** The mark that it carries, or whatever stands in its place. */
  readonly mark: string | undefined;
}

/** Everything that goes with an object, whoever it belongs to. */
export interface Content {
  readonly links: readonly Member[];
  readonly places: readonly Place[];
}

/**
 * What makes a kind a part of a Node or a Topology: the arguments that its place gives, and its name there. A part does not
 * take these arguments itself.
 */
export interface PartPlace<A> {
  /** The argument that is its network namespace. Default: none, as it is always on the host. */
  readonly namespace?: string;
  /** The argument that is the link it is on. Default: none. */
  readonly link?: string;
  /** The argument that is its name, and the key of its map. A kind without any is kept in a list, or named by the program. */
  readonly name?: string;
  /** The argument that is the entry itself, in a map of single values. */
  readonly value?: string;
  /** The argument that a text in the place of an entry stands for. */
  readonly short?: string;
  /** The ends of a cable: the fields of the first stand at the top of an entry, the second is an object in it. */
  readonly ends?: readonly [near: string, far: string];
  /**
   * Returns what the key of a part says after the kind. Marks are made from it, so it never changes. `named` is the name
   * that the program has chosen, with the place before it. Default: the id.
   */
  key?(args: A, named: string): string;
}

/** A look for all objects of a kind in one network namespace, whoever's they are. */
export interface Discovery {
  readonly commands: readonly Command[];
  /** What carries a mark of this kind: as much of its arguments as `probe` and `remove` need. */
  find(answers: readonly Answer[]): readonly Args[];
}

/** How operations on one list in the kernel are done at once. */
export interface Together<A = Args> {
  /** Operations with the same key may be done at once; `undefined` for one that may not. Their probes are the same. */
  key(args: A): string | undefined;
  /**
   * Returns one command for the first change of each operation, in the order in which they came; `undefined` where there is
   * none. `answers` are those to the probe that the changes were made from.
   */
  merge(changes: readonly Command[], answers: readonly Answer[]): Command | undefined;
}

/**
 * One kind of resource, everything about it in one place. Nothing here runs anything: commands are returned,
 * answers are given. Methods are written in method syntax, so that a list may hold different kinds.
 */
export interface Definition<A = Args, O extends object = object> {
  readonly kind: string;
  /** Validation, defaults, types and docs. Fields that take references hold names here. */
  readonly schema: z.ZodObject;
  /** The field that a name collision is reported on. */
  readonly identity: FieldPath<A>;
  /** Every field, and whether a change replaces the resource or updates it in place. */
  readonly onChange: Readonly<Record<FieldPath<Omit<A, "mark">>, Effect>>;
  /** Readable, stable, unique on the host. */
  id(args: A): string;
  /** Ids that earlier versions gave it: what is written down under them is about it as well. */
  formerIds?(args: A): readonly string[];
  /** The kernel objects it is, as `what where/name`: two resources of a program may not share one. */
  objectNames(args: A): readonly string[];
  /** Parameters of others that it sets besides: no other resource may set them. By default none. */
  settings?(args: A): readonly string[];
  /** What of others it cannot be without, as they claim it; by default nothing. */
  needs?(args: A): readonly string[];
  /** What others may rely on without one maker for it: `addresses in red`. Default: nothing. */
  provides?(args: A): readonly string[];
  /** What it relies on of `provides`: it comes after all that provide it, and is recreated with any of them. Default: nothing. */
  needsAny?(args: A): readonly string[];
  /** How it is a part of a Node or a Topology. Default: it is not. */
  readonly place?: PartPlace<A>;
  /** The network namespace it is in, by whose deletion it goes; by default its argument `namespace`. */
  namespaceOf?(args: A): string | undefined;
  /** The link that it is on, by whose deletion it goes. By default none. */
  link?(args: A): string;
  /** The network namespace that it is itself: its deletion takes along what is in it. */
  ownsNamespace?(args: A): string;
  /**
   * Problems between fields; asked once all fields are valid by themselves. What is not known yet cannot be read, and
   * ends it: `asFarAsKnown` asks several looks each by itself.
   */
  problems?(args: A): readonly Problem[];
  /** Defaults that hang on other fields or on the mark; not known yet where these are not. Checked as if given. */
  defaults?(args: Some<A> & { mark: string }): { readonly [K in keyof A]?: unknown };
  /** Reading commands; all may run at once. */
  probe(args: A): readonly Command[];
  /** What they answered, or `undefined` when the object is not there. */
  parse(answers: readonly Answer[], args: A): Observed<A, O> | undefined;
  /** Fills in what only this run on this host can tell, such as the link that leads to a gateway. Default: `args`. */
  located?(args: A, host: HostId): A;
  /** Makes what is absent, as the answers to `probe` have told. */
  create(args: A, answers?: readonly Answer[]): readonly Command[];
  /** Changes only the difference; empty when there is none. */
  update(observed: Observed<A, O>, args: A): readonly Command[];
  /** Finds everything that the kernel deletes with the object. Default: nothing that another owner could have. */
  content?(args: A): Steps<Content>;
  /** Deletes the object. Returns steps if later commands depend on answers. `content` is what the kernel deletes with it. */
  remove(observed: Observed<A, O>, args: A, content?: Content): readonly Command[] | Steps;
  /** Sets back what a removal that was killed had set for its moment; asked once the object is gone, as `probe` has told. */
  cleanUp?(args: A, answers: readonly Answer[]): Steps;
  /** What is there as asked but does not work yet: it settles by itself, or never does. */
  pending?(observed: Observed<A, O>, args: A): readonly Problem[];
  /**
   * Whether a record has to say whose it is, as the kernel has no room for a mark, by the answers to `probe`. By
   * default none does.
   */
  isRecorded?(answers: readonly Answer[], args: A): boolean;
  /** It gets its mark a moment after it is made: in between a record says whose it is. */
  readonly marksAfterCreate?: true;
  /**
   * It is always there: creation takes it over, deletion sets it back, and stacks may share it as long as they ask for
   * the same.
   */
  readonly isShared?: true;
  /**
   * Nothing hangs on it, so that an update makes anew what is gone: with the link or the address, say, that it has hung
   * on until now and that the same run of the engine takes away.
   */
  readonly hasNoDependents?: true;
  /** Whether what was seen is this resource's own; by default when it carries its mark. */
  isOurs?(observed: Observed<A, O>, args: A): boolean;
  /** Commands that write its mark, where that is the alias of a link: other programs write there as well. */
  marking?(args: A): readonly Command[];
  /** Whether creation may take over what is there already without being told to; by default only what is its own. */
  mayAdopt?(observed: Observed<A, O>, args: A): boolean;
  /**
   * Names others that rely on it and have no record of it. Asked before it is set back to `former`: where there are any, it
   * stays as it is. By default there are none.
   */
  reliedOn?(args: A, former: Args): Steps<readonly string[]>;
  /** Side effects of a change on other objects. Default: none. */
  readonly effects?: Effects<A, O>;
  /** Waits for or throws what forbids to run the commands of `create` or `update`, before anything is touched. */
  preflight?(commands: readonly Command[]): Steps;
  /** How to find all objects of this kind in a network namespace; by default only records tell of them. */
  discover?(namespace: string | undefined): Discovery;
  /** Looks for what may keep it from working once it is made, and says it in words; nothing where all is well. */
  warnings?(args: A, host: HostId): Steps<readonly string[]>;
  /** Operations with the same key, or one of the same keys, wait for each other. */
  serialize?(args: A): string | readonly string[];
  /** How operations that wait for the same turn are done at once. Default: one after the other. */
  readonly together?: Together<A>;
}
