import type {
  AddressItem,
  BridgeItem,
  CableItem,
  End,
  FilterItem,
  Item,
  LinkItem,
  NamespaceItem,
  NatItem,
  NeighborItem,
  NodeItem,
  PolicyItem,
  RouteItem,
  SysctlItem,
  TopologyItem,
} from "../../fuzz/program";

/** Programs written by hand, each resource with its fields. */

const declared = (name: string) => ({ name, formerly: undefined, byName: false });

export const namespace = (name: string, args: Partial<NamespaceItem["args"]> = {}): NamespaceItem => ({
  ...{ kind: "Namespace", ...declared(name) },
  args: { name: undefined, loopback: undefined, killProcesses: undefined, sysctls: undefined, ...args },
});

export const bridge = (name: string, args: Partial<BridgeItem["args"]> = {}): BridgeItem => ({
  ...{ kind: "Bridge", ...declared(name) },
  args: {
    ...{
      name: undefined,
      namespace: undefined,
      mac: undefined,
      mtu: undefined,
      stp: undefined,
      up: undefined,
    },
    ...{ forwardDelay: undefined, ageingTime: undefined, groupFwdMask: undefined },
    ...args,
  },
});

/** A composite without its parts, which name it. */
export const home = (kind: "Node" | "Topology", name: string): NodeItem | TopologyItem => ({
  ...{ kind, ...declared(name) },
  args: {},
});

/** An item as a part of a composite. */
export const within = <I extends Item>(name: string, item: I): I => ({ ...item, within: name });

const end: End = {
  ...{
    name: undefined,
    namespace: undefined,
    bridge: undefined,
    mac: undefined,
    mtu: undefined,
    up: undefined,
  },
};

export const cable = (name: string, near: Partial<End>, far: Partial<End> & { name: string }): CableItem => ({
  ...{ kind: "VethPair", ...declared(name) },
  args: { end: { ...end, ...near }, peer: { ...end, ...far } },
});

export const single = (name: string, of: string, args: Partial<End> = {}): LinkItem => ({
  ...{ kind: "Link", ...declared(name) },
  args: { ...end, ...args, of },
});

export const address = (
  name: string,
  args: Partial<AddressItem["args"]> & Pick<AddressItem["args"], "interface" | "address">,
): AddressItem => ({
  ...{ kind: "Address", ...declared(name) },
  args: { peer: undefined, scope: undefined, nodad: undefined, ...args },
});

export const route = (
  name: string,
  args: Partial<RouteItem["args"]> & { destination: string },
): RouteItem => ({
  ...{ kind: "Route", ...declared(name) },
  args: {
    ...{ namespace: undefined, via: undefined, interface: undefined, metric: undefined, table: undefined },
    ...{ source: undefined, mtu: undefined, onlink: undefined, type: undefined, nexthops: undefined },
    ...args,
  },
});

export const neighbor = (
  name: string,
  args: Partial<NeighborItem["args"]> & Pick<NeighborItem["args"], "interface" | "address">,
): NeighborItem => ({
  ...{ kind: "Neighbor", ...declared(name) },
  args: { lladdr: undefined, state: undefined, router: undefined, proxy: undefined, ...args },
});

export const policy = (
  name: string,
  args: Partial<PolicyItem["args"]> & Pick<PolicyItem["args"], "priority">,
): PolicyItem => ({
  ...{ kind: "PolicyRule", ...declared(name) },
  args: {
    ...{ namespace: undefined, family: undefined, from: undefined, to: undefined, iif: undefined },
    ...{ oif: undefined, fwmark: undefined, ipproto: undefined, sport: undefined, dport: undefined },
    ...{ uidrange: undefined, tos: undefined, invert: undefined, action: undefined, table: undefined },
    suppressPrefixlength: undefined,
    ...args,
  },
});

export const filter = (
  name: string,
  args: Partial<FilterItem["args"]> & Pick<FilterItem["args"], "chain" | "verdict">,
): FilterItem => ({
  ...{ kind: "FilterRule", ...declared(name) },
  args: {
    ...{ namespace: undefined, family: undefined, priority: undefined, inInterface: undefined },
    ...{ outInterface: undefined, source: undefined, destination: undefined, protocol: undefined },
    ...{ port: undefined, sourcePort: undefined, icmpType: undefined, state: undefined },
    ...{ rejectWith: undefined, logPrefix: undefined, logLevel: undefined },
    ...args,
  },
});

export const rule = (
  name: string,
  args: Partial<NatItem["args"]> & Pick<NatItem["args"], "kind">,
): NatItem => ({
  ...{ kind: "NatRule", ...declared(name) },
  args: {
    ...{
      namespace: undefined,
      backend: undefined,
      family: undefined,
      source: undefined,
      destination: undefined,
    },
    ...{ inInterface: undefined, outInterface: undefined, protocol: undefined, port: undefined },
    ...{ sourcePort: undefined, to: undefined, priority: undefined, hairpin: undefined },
    ...args,
  },
});

export const sysctl = (
  name: string,
  args: Partial<SysctlItem["args"]> & Pick<SysctlItem["args"], "key" | "value">,
): SysctlItem => ({
  ...{ kind: "Sysctl", ...declared(name) },
  args: { link: undefined, namespace: undefined, ...args },
});
