/** A kernel object as resources claim it: `link veth-red in red`; of the host's own namespace, `link v-net-0`. */
export const claimOf = (what: string, namespace: string | undefined, name: string): string =>
  `${what} ${name}${namespace === undefined ? "" : ` in ${namespace}`}`;

/** What a resource needs of the namespace it is in; nothing where that is the host's own. */
export const namespaceClaim = (namespace: string | undefined): string[] =>
  namespace === undefined ? [] : [`namespace ${namespace}`];
