export { Address, type AddressArgs } from "./address";
export { Bridge, type BridgeArgs } from "./bridge";
export { Dummy, type DummyArgs } from "./dummy";
export { FilterRule, type FilterRuleArgs } from "./filterRule";
export type {
  BridgeHandle,
  BridgeReference,
  CableEndHandle,
  InterfaceReference,
  LinkHandle,
  NamespaceHandle,
  NamespaceReference,
  OvsBridgeHandle,
  OvsBridgeReference,
  PlainLinkHandle,
  PortReference,
} from "./handles";
export { Host, type HostOptions, type HostReference, type OnHost } from "./host";
export { Namespace, type NamespaceArgs } from "./namespace";
export { NatRule, type NatRuleArgs } from "./natRule";
export { Neighbor, type NeighborArgs } from "./neighbor";
export {
  Node,
  type NodeArgs,
  type NodeInterfaceArgs,
  type NodeOvsPortArgs,
  type NodePeerArgs,
} from "./node";
export { OvsBridge, type OvsBridgeArgs } from "./ovsBridge";
export { OvsPort, type OvsPortArgs } from "./ovsPort";
export type {
  AddressPart,
  BridgePart,
  DummyPart,
  FilterRulePart,
  InterfacePart,
  NatRulePart,
  NeighborPart,
  OvsBridgePart,
  OvsPortPart,
  PeerPart,
  PolicyRulePart,
  RoutePart,
} from "./parts";
export { PolicyRule, type PolicyRuleArgs } from "./policyRule";
export { Reachability, type ReachabilityArgs } from "./reachability";
export { type NexthopArgs, Route, type RouteArgs } from "./route";
export { Sysctl, type SysctlArgs } from "./sysctl";
export {
  Topology,
  type TopologyArgs,
  type TopologyBridgeArgs,
  type TopologyFilterArgs,
  type TopologyNatArgs,
  type TopologyNodeArgs,
} from "./topology";
export { VethEnd, type VethEndArgs, VethPair, type VethPairArgs, type VethPeerArgs } from "./vethPair";
