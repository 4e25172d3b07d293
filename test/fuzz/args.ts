import { linkOf, placeName } from "./links";
import type {
  AddressItem,
  BridgeItem,
  CableItem,
  End,
  FilterItem,
  LinkItem,
  NatItem,
  NeighborItem,
  PolicyItem,
  Program,
  RouteItem,
  SysctlItem,
} from "./program";

/** How a program refers to its namespaces, bridges and links: by resources or names, or by the text of either. */
export interface Referrer<N, B, L> {
  readonly program: Program;
  /** Whether it uses plain names, which do not include their namespace. */
  readonly byName: boolean;
  namespace(name: string): N;
  bridge(name: string): B;
  link(ref: string): L;
}

/** References as names in the kernel. */
export const names = (program: Program): Referrer<string, string, string> => ({
  program,
  byName: true,
  namespace: (name) => placeName(program, name),
  bridge: (name) => linkName(program, name),
  link: (ref) => linkName(program, ref),
});

function linkName(program: Program, ref: string): string {
  const link = linkOf(program, ref);
  if (!link) throw new Error(`the program has no link ${ref}`);
  return link.name;
}

/** The given fields. */
export type Given<A> = { [K in keyof A]?: Exclude<A[K], undefined> };

export function given<A extends object>(args: A): Given<A> {
  const found: Given<A> = {};
  for (const key in args) {
    const value = args[key];
    if (isGiven(value)) found[key] = value;
  }
  return found;
}

const isGiven = <T>(value: T): value is Exclude<T, undefined> => value !== undefined;

/** The arguments of each kind, as its class in the SDK takes them. */

export const bridgeArgs = <N, B, L>({ args }: BridgeItem, refer: Referrer<N, B, L>) =>
  given({ ...args, namespace: namespaceOf(args.namespace, refer) });

export const linkArgs = <N, B, L>({ args: { of: _, ...args } }: LinkItem, refer: Referrer<N, B, L>) =>
  endArgs(args, refer);

export const cableArgs = <N, B, L>({ args: { end, peer } }: CableItem, refer: Referrer<N, B, L>) => ({
  end: endArgs(end, refer),
  peer: { ...endArgs(peer, refer), name: peer.name },
});

function endArgs<N, B, L>(end: End, refer: Referrer<N, B, L>) {
  const bridge = end.bridge === undefined ? undefined : refer.bridge(end.bridge);
  const place = end.bridge === undefined ? end.namespace : linkOf(refer.program, end.bridge)?.place;
  const namespace = bridge === undefined || refer.byName ? namespaceOf(place, refer) : undefined;
  return given({ ...end, bridge, namespace });
}

export const addressArgs = <N, B, L>({ args }: AddressItem, refer: Referrer<N, B, L>) => ({
  ...given({ ...args, namespace: besides(args.interface, refer) }),
  address: args.address,
  interface: refer.link(args.interface),
});

export function routeArgs<N, B, L>({ args }: RouteItem, refer: Referrer<N, B, L>) {
  const links = [args, ...(args.nexthops ?? [])].map((way) => way.interface);
  const isTold = !refer.byName && links.some((ref) => ref !== undefined);
  const way = <W extends { interface: string | undefined }>(way: W) =>
    given({ ...way, interface: way.interface === undefined ? undefined : refer.link(way.interface) });
  return {
    ...way({
      ...args,
      namespace: isTold ? undefined : namespaceOf(args.namespace, refer),
      nexthops: args.nexthops?.map(way),
    }),
    destination: args.destination,
  };
}

export const neighborArgs = <N, B, L>({ args }: NeighborItem, refer: Referrer<N, B, L>) => ({
  ...given({ ...args, namespace: besides(args.interface, refer) }),
  address: args.address,
  interface: refer.link(args.interface),
});

export function policyArgs<N, B, L>({ args }: PolicyItem, refer: Referrer<N, B, L>) {
  const { priority, namespace, ...rest } = args;
  const isTold = !refer.byName && [rest.iif, rest.oif].some((ref) => linkOf(refer.program, ref));
  const link = (ref: string | undefined) => (ref === undefined || ref === "lo" ? ref : refer.link(ref));
  return {
    ...given({
      ...{ ...rest, iif: link(rest.iif), oif: link(rest.oif) },
      namespace: isTold ? undefined : namespaceOf(namespace, refer),
    }),
    priority,
  };
}

export const natArgs = <N, B, L>({ args }: NatItem, refer: Referrer<N, B, L>) => ({
  ...given({ ...args, namespace: namespaceOf(args.namespace, refer) }),
  kind: args.kind,
});

export const filterArgs = <N, B, L>({ args }: FilterItem, refer: Referrer<N, B, L>) => ({
  ...given({ ...args, namespace: namespaceOf(args.namespace, refer) }),
  chain: args.chain,
  verdict: args.verdict,
});

export function sysctlArgs<N, B, L>({ args }: SysctlItem, refer: Referrer<N, B, L>) {
  const { link, namespace, key, value } = args;
  return {
    ...given({ namespace: namespaceOf(namespace, refer) }),
    key: key.replace("LINK", linkOf(refer.program, link)?.name ?? ""),
    value,
  };
}

const namespaceOf = <N, B, L>(name: string | undefined, refer: Referrer<N, B, L>): N | undefined =>
  name === undefined ? undefined : refer.namespace(name);

/** The namespace that must accompany a link. A resource knows its own. */
const besides = <N, B, L>(ref: string, refer: Referrer<N, B, L>): N | undefined =>
  refer.byName ? namespaceOf(linkOf(refer.program, ref)?.place, refer) : undefined;
