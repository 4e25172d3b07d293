import type { z } from "zod";
import type { Args, Definition, Effect, Observed, Problem, Some } from "../../engine/definition";
import { markInAlias } from "../../engine/strategies";
import { type Command, ip, showLink, showLinks } from "../../linux/command";
import type { LinkFacts } from "../../linux/linkTypes";
import { byResource, ownerOf, textOf } from "../../linux/marks/owner";
import type { Plan } from "../../linux/plan";
import { incompatible, parseLink } from "../../linux/read/link";
import { linksIn, memberOf, portsOf, stackedOn } from "./attached";
import type { LinkArgs, SharedField } from "./fields";
import { isMarked, linkId, macOf } from "./identity";
import { birthWords, changes, completion, discoveryOf, linkClaim, marking, needsOf, readBack } from "./link";
import { type Option, type Options, optionsOf, optionWords } from "./options";

/**
 * Makes the definition of a kind of link. The kind provides a table of its options; everything that links share is
 * here.
 */

/** The arguments of one link: the shared fields, and the kind's own options. */
type Given = LinkArgs & { readonly mark: string } & Readonly<Args>;

type Outputs = {
  /** Interface index, unique in its namespace. */
  readonly ifindex: number;
};

interface Reading extends Observed<Given, Outputs> {
  readonly group: string | undefined;
}

/** The options that a schema has beyond the shared fields. A schema field without a row is a type error. */
type Table<A> = { readonly [K in Exclude<keyof A & string, SharedField>]-?: Option<NonNullable<A[K]>> };

/** The properties of one kind of link. */
interface KindOfLink<S extends z.ZodObject> {
  readonly kind: string;
  readonly schema: S;
  readonly link: Omit<LinkFacts, "linksOf">;
  readonly options: Table<z.output<S>>;
  /** Effects of changed shared fields, if they differ from the usual ones. */
  readonly onChange?: { readonly [K in SharedField]?: Effect };
  /** Problems between fields. */
  problems?(args: z.output<S>): readonly Problem[];
  /** The values of a new link for fields that are left to the kernel, if it keeps what an earlier owner set. */
  fresh?(args: z.output<S>): Plan<Some<Args>>;
  /**
   * Returns the words for creation if the MTU takes effect only when it is set later. Default: creation sets the MTU.
   */
  wordsBeforeMtu?(mtu: number | undefined): readonly string[];
  /** Options to set first in a separate command, because the kernel refuses all of them at once. */
  setFirst?(observed: Some<z.output<S>>, asked: z.output<S>): Some<z.output<S>>;
}

const EFFECTS: Readonly<Record<SharedField, Effect>> = {
  name: "replace",
  // The kernel can move a link, but a move costs 16 ms and everything that depends on it.
  namespace: "replace",
  bridge: "update",
  mac: "update",
  mtu: "update",
  up: "update",
  deleteForeign: "update",
  adopt: "update",
};

/** Returns the definition of a kind whose resources are one link each. The alias of the link is the mark. */
export function kindOfLink<S extends z.ZodObject>(
  given: KindOfLink<S>,
): Definition<Given, Outputs> & { readonly links: LinkFacts } {
  const { kind, schema, wordsBeforeMtu } = given;
  const { type } = given.link;
  const options = given.options as Options;
  const fields = Object.keys(schema.shape);
  const born = Object.fromEntries(
    Object.entries(options).map(([key, { born }]) => [key, born ?? defaultOf(schema, key)]),
  );
  const ownMac = (mark: string): string | undefined => (fields.includes("mac") ? macOf(mark) : undefined);

  return {
    kind,
    schema,
    identity: "name",
    onChange: Object.fromEntries(
      fields.map((field) => [field, given.onChange?.[field as SharedField] ?? effectOf(field, options)]),
    ),
    links: { ...given.link, linksOf: (args) => [args] },

    id: ({ namespace, name }) => linkId(namespace, name),
    place: { namespace: "namespace", name: "name" },
    objectNames: (args) => [linkClaim(args)],
    needs: needsOf,
    defaults: ({ mark }) => {
      const mac = ownMac(mark);
      return mac === undefined ? {} : { mac };
    },
    problems: (args) => given.problems?.(args as z.output<S>) ?? [],

    probe: ({ namespace, name }) => [showLink(namespace, name)],
    ...(given.fresh && { fresh: (args) => given.fresh?.(args as z.output<S>) as Plan<Some<Given>> }),

    parse([answer], args): Reading | undefined {
      const link = parseLink(answer);
      if (!link) return undefined;
      const restorable = Object.fromEntries(
        Object.entries({ ...readBack(link), ...optionsOf(options, link) }).filter(([key]) =>
          fields.includes(key),
        ),
      );
      // The kernel chooses values that nobody asks for. Of those, only a bridge is drift.
      const isLeft = (key: string) => key !== "bridge" && args[key] === undefined;
      return {
        args: Object.fromEntries(Object.entries(restorable).filter(([key]) => !isLeft(key))),
        restorable,
        outputs: { ifindex: link.ifindex },
        owner: ownerOf(link.ifalias),
        group: link.group,
        incompatible: incompatible(link, type),
      };
    },

    create(args) {
      const { namespace, mtu, mark } = args;
      const early = wordsBeforeMtu ? { ...args, mtu: undefined } : args;
      return [
        // One message creates the link with its options, so udev and NetworkManager never see it half configured.
        ip(
          namespace,
          "link",
          "add",
          ...birthWords(early, mark),
          ...(wordsBeforeMtu?.(mtu) ?? []),
          "type",
          type,
          ...optionWords(options, born, args),
        ),
        completion(args, mark, wordsBeforeMtu && mtu),
      ];
    },

    update(observed: Reading, args, owner = byResource(args.mark)) {
      const { namespace, name } = args;
      const first = given.setFirst?.(observed.args as Some<z.output<S>>, args as z.output<S>) ?? {};
      const sets = [
        optionWords(options, observed.args, first),
        optionWords(options, { ...observed.args, ...first }, args),
      ];
      return [
        ...changes(observed.args, args, observed, textOf(owner)),
        ...sets
          .filter((words) => words.length > 0)
          .map((words) => ip(namespace, "link", "set", "dev", name, "type", type, ...words)),
      ];
    },

    *content({ namespace, name }) {
      const [answer] = yield [showLinks(namespace)];
      const links = linksIn(answer);
      const members = [...portsOf(links, name), ...stackedOn(links, name)];
      return {
        links: members.map((link) => memberOf(namespace, link)),
        places: [{ namespace, link: name }],
      };
    },

    remove: (_, { namespace, name }): Command[] => [ip(namespace, "link", "del", "dev", name, "type", type)],

    discover: discoveryOf(kind, (link) => ({ ...link })),

    ownership: markInAlias({
      isOurs: ({ owner, group, args: { mac }, incompatible }: Reading, { mark }) =>
        incompatible === undefined && isMarked({ owner, group, mac }, mark, ownMac(mark)),
      marking: (args) => [marking(args, args.mark)],
    }),
  };
}

const effectOf = (field: string, options: Options): Effect =>
  options[field]?.onChange ?? EFFECTS[field as SharedField];

/** The default of a field in the schema. */
const defaultOf = (schema: z.ZodObject, field: string): unknown =>
  (schema.shape[field] as z.ZodType | undefined)?.safeParse(undefined).data;
