import type {
  AddressItem,
  BridgeItem,
  CableItem,
  End,
  NamespaceItem,
  NatItem,
  RouteItem,
  SysctlItem,
} from "../../fuzz/program";

/** Described programs, written by hand: each resource with what is told of it. */

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
