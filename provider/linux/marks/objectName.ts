/** Returns the name of a kernel object, such as `link veth-red in red`, or `link v-net-0` in the host's own namespace. */
export const objectName = (what: string, namespace: string | undefined, name: string): string =>
  `${what} ${name}${namespace === undefined ? "" : ` in ${namespace}`}`;

/** All addresses of a namespace, which routes depend on. */
export const addressesIn = (namespace: unknown): string => `addresses in ${namespace ?? "the host"}`;

/** All addresses of a link, which its neighbour entries depend on. */
export const addressesOn = (namespace: unknown, link: string): string =>
  `addresses on ${link} in ${namespace ?? "the host"}`;

/** A network namespace, or one link in it. */
export interface Place {
  /** `undefined`: the host's own. */
  readonly namespace: string | undefined;
  readonly link?: string;
}

/** A link with its network namespace. */
export type LinkPlace = Required<Place>;

/** Returns the link and namespace of an object name, or `undefined` for any other object. */
export function linkOfObject(object: string): LinkPlace | undefined {
  const [, link, namespace] = /^link (\S+)(?: in (\S+))?$/.exec(object) ?? [];
  return link === undefined ? undefined : { namespace, link };
}

/** Whether the kernel deletes other objects with this one: the content of a namespace, the addresses of a link. */
export const isContainer = (object: string): boolean => /^(link|namespace) /.test(object);

/** Returns the dependency on a namespace, or nothing for the host's own. */
export const namespaceClaim = (namespace: string | undefined): string[] =>
  namespace === undefined ? [] : [`namespace ${namespace}`];
