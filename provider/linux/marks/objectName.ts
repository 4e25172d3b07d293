/** A kernel object as resources claim it: `link veth-red in red`; of the host's own namespace, `link v-net-0`. */
export const objectName = (what: string, namespace: string | undefined, name: string): string =>
  `${what} ${name}${namespace === undefined ? "" : ` in ${namespace}`}`;

/** Every address of a namespace, as routes rely on them. */
export const addressesIn = (namespace: unknown): string => `addresses in ${namespace ?? "the host"}`;

/** Every address of a link, as entries of its neighbour table rely on them. */
export const addressesOn = (namespace: unknown, link: string): string =>
  `addresses on ${link} in ${namespace ?? "the host"}`;

/** A network namespace, or one link in it. */
export interface Place {
  /** `undefined`: the host's own. */
  readonly namespace: string | undefined;
  readonly link?: string;
}

/** A link, and the network namespace that it is in. */
export type LinkPlace = Required<Place>;

/** The link that a claim is for, and its namespace; `undefined` for any other object. */
export function linkOfObject(object: string): LinkPlace | undefined {
  const [, link, namespace] = /^link (\S+)(?: in (\S+))?$/.exec(object) ?? [];
  return link === undefined ? undefined : { namespace, link };
}

/** Whether the kernel deletes other objects along with this one: a namespace its content, a link its addresses. */
export const isContainer = (object: string): boolean => /^(link|namespace) /.test(object);

/** What a resource needs of the namespace it is in; nothing where that is the host's own. */
export const namespaceClaim = (namespace: string | undefined): string[] =>
  namespace === undefined ? [] : [`namespace ${namespace}`];
