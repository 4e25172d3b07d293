import {
  addressArgs,
  bridgeArgs,
  filterArgs,
  given,
  linkArgs,
  names,
  natArgs,
  neighborArgs,
  policyArgs,
  type Referrer,
  routeArgs,
  sysctlArgs,
} from "./args";
import { linksOf, placeName } from "./links";
import {
  type AddressItem,
  type BridgeItem,
  type CableItem,
  type FilterItem,
  type Item,
  type ItemOf,
  type Kind,
  type NatItem,
  type NodeItem,
  ofKind,
  type Program,
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
  return { name: placeName(program, room.name), ...inNode(room.name, item, refer) };
}

/** The arguments of a Topology, which refers to everything by its name in the kernel. */
export function topologyArgs(item: TopologyItem, program: Program) {
  const refer = names(program);
  const isHere = (part: Item) => !isInNode(program, part);
  return {
    nodes: Object.fromEntries(
      inner(program, item, "Namespace").map(({ name }) => [
        placeName(program, name),
        inNode(name, item, refer),
      ]),
    ),
    ...placeArgs(undefined, item, refer),
    bridges: bridgesIn(inner(program, item, "Bridge").filter(isHere), item, program),
    nat: natIn(inner(program, item, "NatRule").filter(isHere), program),
    filter: filterIn(inner(program, item, "FilterRule").filter(isHere), program),
    sysctls: valuesIn(undefined, item, program),
  };
}

/** What a node of a composite has: the same for both. */
function inNode<N, B, L>(place: string, home: NodeItem | TopologyItem, refer: Referrer<N, B, L>) {
  const { program } = refer;
  const [room] = ofKind(program, "Namespace").filter(({ name }) => name === place);
  const { name: _, ...others } = room?.args ?? { name: undefined };
  const isHere = (part: BridgeItem | NatItem | FilterItem) =>
    part.args.namespace === place && isInNode(program, part);
  return {
    ...given(others),
    ...placeArgs(place, home, refer),
    bridges: bridgesIn(inner(program, home, "Bridge").filter(isHere), home, program),
    nat: natIn(inner(program, home, "NatRule").filter(isHere), program),
    filter: filterIn(inner(program, home, "FilterRule").filter(isHere), program),
    linkSysctls: valuesIn(place, home, program),
  };
}

/**
 * Whether a part that may stand beside the nodes of a Topology, with a namespace, stands in a node. In a Node there is no other
 * place.
 */
export const isInNode = (program: Program, { within, byName, kind, args }: Item): boolean =>
  program.some((one) => one.kind === "Node" && one.name === within) ||
  (!byName &&
    (kind === "Bridge" || kind === "NatRule" || kind === "FilterRule") &&
    "namespace" in args &&
    args.namespace !== undefined);

/** The arguments for one namespace of a composite, or for the host of a Topology. */
function placeArgs<N, B, L>(
  place: string | undefined,
  home: NodeItem | TopologyItem,
  refer: Referrer<N, B, L>,
) {
  const { program } = refer;
  const isHere = (owner: string) =>
    linksOf(program).some(
      (link) => link.place === place && (link.ref === owner || link.ref === `${owner}.end`),
    );
  const cables = inner(program, home, "VethPair").filter(({ name }) => isHere(name));
  const dummies = inner(program, home, "Link").filter(({ name }) => isHere(name));
  return {
    interfaces: Object.fromEntries(
      cables.map((cable) => [cable.args.end.name ?? cable.name, interfaceArgs(cable, home, refer)]),
    ),
    dummies: Object.fromEntries(
      dummies.map((dummy) => {
        const { name = dummy.name, namespace: _, ...args } = linkArgs(dummy, names(program));
        return [name, { ...args, ...onLink(dummy.name, home, program) }];
      }),
    ),
    routes: inner(program, home, "Route")
      .filter((route) => route.args.namespace === place)
      .map((route) => withoutPlace(routeArgs(route, names(program)))),
    policyRules: inner(program, home, "PolicyRule")
      .filter((rule) => rule.args.namespace === place)
      .map((rule) => withoutPlace(policyArgs(rule, names(program)))),
  };
}

function interfaceArgs<N, B, L>(
  { name, args: { end, peer } }: CableItem,
  home: NodeItem | TopologyItem,
  refer: Referrer<N, B, L>,
) {
  const { program } = refer;
  const place = linksOf(program).find(({ ref }) => ref === `${name}.peer`)?.place;
  // A Node cannot be given to itself, nor a bridge of its own.
  const isOwn = inner(program, home, "Namespace").some((room) => room.name === place);
  const isOwnBridge = inner(program, home, "Bridge").some((one) => one.name === peer.bridge);
  const bridgeOf = (name: string) => (isOwnBridge ? names(program).bridge(name) : refer.bridge(name));
  const bridge = peer.bridge === undefined ? undefined : bridgeOf(peer.bridge);
  const isTold = place !== undefined && (bridge === undefined || refer.byName || isOwnBridge);
  const namespaceOf = (name: string) => (isOwn ? placeName(program, name) : refer.namespace(name));
  const near = end.bridge === undefined ? undefined : names(program).bridge(end.bridge);
  return {
    ...given({ bridge: near, mac: end.mac, mtu: end.mtu, up: end.up }),
    peer: {
      name: peer.name,
      ...given({
        ...{ namespace: isTold ? namespaceOf(place) : undefined, bridge, mac: peer.mac, up: peer.up },
        // By default it follows the near end.
        mtu: peer.mtu ?? (end.mtu === undefined ? undefined : 1500),
        ...onLink(`${name}.peer`, home, program),
      }),
    },
    ...onLink(`${name}.end`, home, program),
  };
}

const bridgesIn = (bridges: readonly BridgeItem[], home: NodeItem | TopologyItem, program: Program) =>
  Object.fromEntries(
    bridges.map((bridge) => {
      const { name = bridge.name, ...args } = bridgeArgs(bridge, names(program));
      return [name, { ...placed(args, bridge, program), ...onLink(bridge.name, home, program) }];
    }),
  );

const natIn = (rules: readonly NatItem[], program: Program) =>
  Object.fromEntries(rules.map((rule) => [rule.name, placed(natArgs(rule, names(program)), rule, program)]));

const filterIn = (rules: readonly FilterItem[], program: Program) =>
  Object.fromEntries(
    rules.map((rule) => [rule.name, placed(filterArgs(rule, names(program)), rule, program)]),
  );

/** Arguments without the namespace, where the place of a part gives it. */
const placed = <A extends { namespace?: string }>(args: A, item: Item, program: Program) =>
  isInNode(program, item) ? withoutPlace(args) : args;

function withoutPlace<A extends { namespace?: unknown }>(args: A): Omit<A, "namespace"> {
  const { namespace: _, ...others } = args;
  return others;
}

const valuesIn = (place: string | undefined, home: NodeItem | TopologyItem, program: Program) =>
  Object.fromEntries(
    inner(program, home, "Sysctl")
      .filter(({ args }) => args.namespace === place)
      .map((item) => {
        const { key, value } = sysctlArgs(item, names(program));
        return [key, value];
      }),
  );

/** The parts of a link. */
function onLink(ref: string, home: NodeItem | TopologyItem, program: Program) {
  const addresses = addressesOn(ref, home, program);
  const neighbors = inner(program, home, "Neighbor")
    .filter((neighbor) => neighbor.args.interface === ref)
    .map((neighbor) => {
      const { interface: _, ...args } = neighborArgs(neighbor, names(program));
      return withoutPlace(args);
    });
  return {
    ...(addresses.length > 0 && { addresses }),
    ...(neighbors.length > 0 && { neighbors }),
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
