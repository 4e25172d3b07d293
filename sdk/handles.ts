import * as pulumi from "@pulumi/pulumi";
import type { LinkPlace } from "./program";

/**
 * The key under which a handle keeps what an argument needs of it. Two copies of this package share it, as a program may
 * load both.
 * @internal
 */
export const HANDLE: unique symbol = Symbol.for("pulumi-netns/handle");

/** A thing that other resources refer to. The brand `K` keeps a thing of another sort from compiling in its place. */
interface Handle<K extends string, T> {
  /** Name of the object in the kernel. */
  readonly name: pulumi.Output<string>;
  /** @internal */
  readonly [HANDLE]: T & { readonly is: K };
}

/** A network namespace that this program declares: a {@link Namespace} or a {@link Node}. */
export interface NamespaceHandle extends Handle<"namespace", { readonly resource: pulumi.Resource }> {}

/** A Linux bridge that this program declares: a {@link Bridge}. */
export interface BridgeHandle extends Handle<"bridge", LinkPlace> {}

/** A bridge of Open vSwitch that this program declares: an {@link OvsBridge}. */
export interface OvsBridgeHandle extends Handle<"ovsBridge", LinkPlace> {}

/** An end of a cable that this program declares: the `end` or the `peer` of a {@link VethPair}. */
export interface CableEndHandle extends Handle<"cableEnd", LinkPlace> {}

/** A link of any other kind that this program declares: a {@link Dummy}. */
export interface PlainLinkHandle extends Handle<"link", LinkPlace> {}

/** A link that this program declares. */
export type LinkHandle = BridgeHandle | OvsBridgeHandle | CableEndHandle | PlainLinkHandle;

/** A network namespace: a Namespace, a Node, or the name of one. */
export type NamespaceReference = NamespaceHandle | pulumi.Input<string>;

/** A Linux bridge: a Bridge, or the name of one. */
export type BridgeReference = BridgeHandle | pulumi.Input<string>;

/** A bridge of Open vSwitch: an OvsBridge, or the name of one. */
export type OvsBridgeReference = OvsBridgeHandle | pulumi.Input<string>;

/** A link: a Bridge, an OvsBridge, an end of a VethPair, a Dummy, or the name of any interface. */
export type InterfaceReference = LinkHandle | pulumi.Input<string>;

/** A link that can be a port of Open vSwitch: an end of a VethPair, a Bridge, a Dummy, or the name of any interface. */
export type PortReference = CableEndHandle | BridgeHandle | PlainLinkHandle | pulumi.Input<string>;

/** The sorts of reference that arguments take. */
type Wanted = "namespace" | "link" | "bridge" | "ovsBridge" | "port";

/** An argument by its path, as the program gave it. Programs that skip type checking may give anything. */
export type Reference = readonly [property: string, given: unknown, wanted: Wanted];

/** The name of a cable's end in messages. It is not a resource of its own. */
const END = "end of a VethPair";

/** The kinds that each sort of reference takes, besides {@link ANY_PLAIN_LINK}. */
const KINDS: Readonly<Record<Wanted, readonly string[]>> = {
  namespace: ["Namespace", "Node"],
  link: ["Bridge", "OvsBridge", END],
  bridge: ["Bridge"],
  ovsBridge: ["OvsBridge"],
  port: ["Bridge", END],
};

/** The sorts of reference that take a link of every kind without a handle of its own, such as a Dummy. */
const ANY_PLAIN_LINK: readonly Wanted[] = ["link", "port"];

const WORDS: Readonly<Record<Wanted, string>> = {
  namespace: "a Namespace, a Node or the name of one",
  link: "a Bridge, an OvsBridge, an end of a VethPair, another link or the name of one",
  bridge: "a Bridge or the name of one",
  ovsBridge: "an OvsBridge or the name of one",
  port: "an end of a VethPair, a Bridge, another link or the name of one",
};

const ANY_LINK: Readonly<Record<string, string>> = {
  VethPair: "`cable.end` or `cable.peer`",
  Namespace: "the name of a link, with the Namespace as `namespace`",
  Node: "the name of a link, with the Node as `namespace`",
  Topology: "the name of a link, with the name of its node as `namespace`",
};

/** Fixes by the kind of resource that was given: how to write the wanted thing instead. */
const FIXES: Readonly<Record<Wanted, Readonly<Record<string, string>>>> = {
  namespace: { Topology: "the name of one of its nodes" },
  link: ANY_LINK,
  bridge: {
    Topology: "the name of one of its bridges",
    OvsBridge: "a Linux bridge; omit it, and create an OvsPort for this link",
  },
  ovsBridge: { Bridge: "an OvsBridge; give the link this `bridge` instead of an OvsPort" },
  port: {
    ...ANY_LINK,
    Namespace: "a link of the host's own namespace",
    Node: "the name of the far end of one of its cables",
    Topology: "the name of the far end of a cable",
    OvsBridge: "an end of a VethPair: connect bridges of Open vSwitch by a cable",
  },
};

/** The outputs that are text, by kind. */
const TEXTS: Readonly<Record<string, string>> = {
  Address: "`ip` or `address`",
  Bridge: "`name`",
  Namespace: "`name`",
  Node: "`name`",
  OvsBridge: "`name`",
  VethPair: "`end.name` or `peer.name`",
  [END]: "`name`",
};

/** Refuses references to a thing of the wrong sort, which would be sent as an empty name or as that of something else. */
export function expectReferences(whose: string, references: readonly Reference[]): void {
  for (const [property, given, wanted] of references) {
    if (given === undefined || given === null || typeof given === "string" || isLater(given)) continue;
    if (ANY_PLAIN_LINK.includes(wanted) && isPlainLink(given)) continue;
    const kind = kindOf(given);
    if (kind !== undefined && KINDS[wanted].includes(kind)) {
      if (isHandle(given)) continue;
      throw new pulumi.RunError(
        `${whose}: \`${property}\` is the ${kind} of another version of pulumi-netns; install one version, or write its name`,
      );
    }
    const words = FIXES[wanted][kind ?? ""] ?? WORDS[wanted];
    throw new pulumi.RunError(`${whose}: \`${property}\` takes ${words}, not ${nameOf(given)}`);
  }
}

/** The error for a resource in the place of text. */
export function resourceForText(whose: string, property: string, given: object): Error {
  const texts = isPlainLink(given) ? "`name`" : TEXTS[kindOf(given) ?? ""];
  const fix = texts === undefined ? "" : `: write its ${texts}`;
  return new pulumi.RunError(`${whose}: \`${property}\` takes a plain value, not ${nameOf(given)}${fix}`);
}

/** Whether a value is known only later. */
export const isLater = (value: unknown): value is pulumi.Output<unknown> | Promise<unknown> =>
  pulumi.Output.isInstance(value) || value instanceof Promise;

/** Whether a value is a resource, or an end of a cable. */
export const isResource = (value: unknown): value is object => kindOf(value) !== undefined;

/** Whether a reference is a handle rather than a name. */
export const isHandle = <T>(
  reference: T,
): reference is Extract<Exclude<T, undefined>, NamespaceHandle | LinkHandle> =>
  typeof reference === "object" && reference !== null && !isLater(reference) && HANDLE in reference;

/** Whether a value is a link of a kind without a handle of its own. */
function isPlainLink(value: unknown): boolean {
  if (typeof value !== "object" || value === null || isLater(value) || !(HANDLE in value)) return false;
  const handle = value[HANDLE];
  return typeof handle === "object" && handle !== null && "is" in handle && handle.is === "link";
}

/** The kind of a resource, also of one that another copy of this package made; `undefined` for anything else. */
export function kindOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || isLater(value)) return undefined;
  if (pulumi.Resource.isInstance(value)) {
    const type = String(Reflect.get(value, "__pulumiType"));
    return /^pulumi-nodejs:dynamic\/netns:(\w+)$/.exec(type)?.[1] ?? type;
  }
  return HANDLE in value ? END : undefined;
}

function nameOf(given: unknown): string {
  const kind = kindOf(given);
  if (kind !== undefined) return `the ${kind}`;
  if (Array.isArray(given)) return "a list";
  return typeof given === "object" ? "an object" : `a ${typeof given}`;
}
