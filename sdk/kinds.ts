import * as pulumi from "@pulumi/pulumi";

/** Stands for one end of a {@link VethPair}, which is no resource of its own. */
const END = "end of a VethPair";

/** What an argument that refers to something takes. */
type Wanted = "namespace" | "link" | "bridge" | "ovsBridge";

/** An argument by its path, as the program gave it. Programs that skip type checking may give anything. */
export type Reference = readonly [property: string, given: unknown, wanted: Wanted];

/** The kinds that each takes. Those of the other sort of bridge have an error of their own. */
const KINDS: Readonly<Record<Wanted, readonly string[]>> = {
  namespace: ["Namespace", "Node"],
  // A link has a place, whatever its kind.
  link: [END],
  bridge: ["Bridge", "OvsBridge"],
  ovsBridge: ["Bridge", "OvsBridge"],
};

const WORDS: Readonly<Record<Wanted, string>> = {
  namespace: "a Namespace, a Node or the name of one",
  link: "a Bridge, an end of a VethPair or another link, or the name of one",
  bridge: "a Bridge or the name of one",
  ovsBridge: "an OvsBridge or the name of one",
};

/** What to write where the given resource has what is wanted. */
const MENDS: Readonly<Record<Wanted, Readonly<Record<string, string>>>> = {
  namespace: { Topology: "the name of one of its nodes" },
  link: {
    VethPair: "`cable.end` or `cable.peer`",
    Namespace: "the name of a link, with the Namespace as `namespace`",
    Node: "the name of a link, with the Node as `namespace`",
    Topology: "the name of a link, with the name of its node as `namespace`",
  },
  bridge: { Topology: "the name of one of its bridges" },
  ovsBridge: {},
};

/** What of a resource is text. */
const TEXTS: Readonly<Record<string, string>> = {
  Address: "`ip` or `address`",
  Namespace: "`name`",
  Node: "`name`",
  VethPair: "`end.name` or `peer.name`",
  [END]: "`name`",
};

/** Refuses references to the wrong kind of thing. Without it such a name would be empty or that of something else. */
export function expectKinds(whose: string, references: readonly Reference[]): void {
  for (const [property, given, wanted] of references) {
    if (given === undefined || given === null || typeof given === "string" || isLater(given)) continue;
    const kind = kindOf(given);
    if (kind !== undefined && (KINDS[wanted].includes(kind) || (wanted === "link" && isLink(given))))
      continue;
    const words = MENDS[wanted][kind ?? ""] ?? WORDS[wanted];
    throw new pulumi.RunError(`${whose}: \`${property}\` takes ${words}, not ${nameOf(given)}`);
  }
}

/** The error for a resource in the place of text. */
export function resourceForText(whose: string, property: string, given: object): Error {
  const texts = TEXTS[kindOf(given) ?? ""] ?? (isLink(given) ? "`name`" : undefined);
  const mend = texts === undefined ? "" : `: write its ${texts}`;
  return new pulumi.RunError(`${whose}: \`${property}\` takes a plain value, not ${nameOf(given)}${mend}`);
}

/** Whether a value is a resource that is one link, also of another copy of this package. */
const isLink = (value: unknown): boolean => pulumi.Resource.isInstance(value) && "place" in value;

/** Whether a value is known only later. */
export const isLater = (value: unknown): value is pulumi.Output<unknown> | Promise<unknown> =>
  pulumi.Output.isInstance(value) || value instanceof Promise;

/** Whether a value is a resource, or an end of a cable. */
export const isHandle = (value: unknown): value is object => kindOf(value) !== undefined;

/** The kind of a resource, also of one that another copy of this package has made; `undefined` for what is none. */
function kindOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || isLater(value)) return undefined;
  if (pulumi.Resource.isInstance(value)) {
    const type = String(Reflect.get(value, "__pulumiType"));
    return /^pulumi-nodejs:dynamic\/netns:(\w+)$/.exec(type)?.[1] ?? type;
  }
  return pulumi.Resource.isInstance(Reflect.get(value, "resource")) && "place" in value ? END : undefined;
}

function nameOf(given: unknown): string {
  const kind = kindOf(given);
  if (kind !== undefined) return `the ${kind}`;
  if (Array.isArray(given)) return "a list";
  return typeof given === "object" ? "an object" : `a ${typeof given}`;
}
