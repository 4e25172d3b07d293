import { addressArgs, bridgeArgs, given, names, natArgs, type Referrer, routeArgs } from "./args";
import { linksOf, placeName } from "./links";
import {
  type AddressItem,
  type CableItem,
  type ItemOf,
  type Kind,
  type NodeItem,
  ofKind,
  type Program,
  type RouteItem,
  type TopologyItem,
} from "./program";

/** The parts of a composite that have the same kind. */
export const inner = <K extends Kind>(
  program: Program,
  home: NodeItem | TopologyItem,
  kind: K,
): ItemOf<K>[] => ofKind(program, kind).filter(({ within }) => within === home.name);

/** The arguments of a Node, with its parts in their places. Only far ends refer to things outside. */
export function nodeArgs<N, B, L>(item: NodeItem, refer: Referrer<N, B, L>) {
  const { program } = refer;
  const [room] = inner(program, item, "Namespace");
  if (!room) throw new Error(`${item.name} has no namespace`);
  return { name: placeName(program, room.name), ...insideOf(room.name, item, refer) };
}

/** The arguments of a Topology, which refers to everything by its name in the kernel. */
export function topologyArgs(item: TopologyItem, program: Program) {
  const refer = names(program);
  const named = <K extends Kind, V>(kind: K, value: (one: ItemOf<K>) => readonly [string, V]) =>
    Object.fromEntries(inner(program, item, kind).map(value));
  return {
    nodes: named("Namespace", ({ name }) => [placeName(program, name), insideOf(name, item, refer)]),
    bridges: named("Bridge", (bridge) => {
      const { name = bridge.name, ...args } = bridgeArgs(bridge, refer);
      return [name, { ...args, addresses: addressesOn(bridge.name, item, program) }];
    }),
    nat: named("NatRule", (rule) => [rule.name, natArgs(rule, refer)]),
    routes: routesIn(undefined, item, program),
    sysctls: named("Sysctl", ({ args: { key, value } }) => [key, value]),
  };
}

/** The content of a node of either composite. */
function insideOf<N, B, L>(place: string, home: NodeItem | TopologyItem, refer: Referrer<N, B, L>) {
  const { program } = refer;
  const args = ofKind(program, "Namespace")
    .filter(({ name }) => name === place)
    .map(({ args: { name: _, ...others } }) => given(others));
  const cables = inner(program, home, "VethPair").filter((cable) => cable.args.end.namespace === place);
  return {
    ...args[0],
    interfaces: Object.fromEntries(
      cables.map((cable) => [cable.args.end.name ?? cable.name, interfaceArgs(cable, home, refer)]),
    ),
    routes: routesIn(place, home, program),
  };
}

function interfaceArgs<N, B, L>(
  { name, args: { end, peer } }: CableItem,
  home: NodeItem | TopologyItem,
  refer: Referrer<N, B, L>,
) {
  const { program } = refer;
  const place = linksOf(program).find(({ ref }) => ref === `${name}.peer`)?.place;
  const bridge = peer.bridge === undefined ? undefined : refer.bridge(peer.bridge);
  const isTold = place !== undefined && (bridge === undefined || refer.byName);
  // A Node cannot refer to itself.
  const isOwn = inner(program, home, "Namespace").some((room) => room.name === place);
  const farAddresses = addressesOn(`${name}.peer`, home, program);
  const namespaceOf = (name: string) => (isOwn ? placeName(program, name) : refer.namespace(name));
  return {
    ...given({ mac: end.mac, mtu: end.mtu, up: end.up }),
    peer: {
      name: peer.name,
      ...given({
        ...{ namespace: isTold ? namespaceOf(place) : undefined, bridge, mac: peer.mac, up: peer.up },
        // By default it follows the near end.
        mtu: peer.mtu ?? (end.mtu === undefined ? undefined : 1500),
        addresses: farAddresses.length > 0 ? farAddresses : undefined,
      }),
    },
    addresses: addressesOn(`${name}.end`, home, program),
  };
}

const addressesOn = (ref: string, home: NodeItem | TopologyItem, program: Program) =>
  inner(program, home, "Address")
    .filter((address) => address.args.interface === ref)
    .map((address) => entryOf(address, program));

/** Plain text, if it has no other fields. */
function entryOf(item: AddressItem, program: Program) {
  const { interface: _, namespace: _place, ...args } = addressArgs(item, names(program));
  return item.byName && Object.keys(args).length === 1 ? args.address : args;
}

const routesIn = (place: string | undefined, home: NodeItem | TopologyItem, program: Program) =>
  inner(program, home, "Route")
    .filter((route) => route.args.namespace === place)
    .map((route) => withoutPlace(route, program));

function withoutPlace(item: RouteItem, program: Program) {
  const { namespace: _, ...args } = routeArgs(item, names(program));
  return args;
}
