export { Address, type AddressArgs } from "./address";
export { Bridge, type BridgeArgs } from "./bridge";
export { Dummy, type DummyArgs } from "./dummy";
export { FilterRule, type FilterRuleArgs } from "./filterRule";
export type { Link } from "./link";
export { Namespace, type NamespaceArgs } from "./namespace";
export { NatRule, type NatRuleArgs } from "./natRule";
export { Neighbor, type NeighborArgs } from "./neighbor";
export { Node, type NodeArgs, type NodeInterfaceArgs, type NodePeerArgs } from "./node";
export { OvsBridge, type OvsBridgeArgs } from "./ovsBridge";
export { OvsPort, type OvsPortArgs } from "./ovsPort";
export { PolicyRule, type PolicyRuleArgs } from "./policyRule";
export { Reachability, type ReachabilityArgs } from "./reachability";
export type {
  BridgeReference,
  InterfaceReference,
  NamespaceReference,
  OvsBridgeReference,
} from "./reference";
export { type NexthopArgs, Route, type RouteArgs } from "./route";
export { Sysctl, type SysctlArgs } from "./sysctl";
export { Topology, type TopologyArgs } from "./topology";
export { VethEnd, type VethEndArgs, VethPair, type VethPairArgs } from "./vethPair";
