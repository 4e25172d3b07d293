export { Address, type AddressArgs } from "./address";
export { Bridge, type BridgeArgs } from "./bridge";
export { Namespace, type NamespaceArgs } from "./namespace";
export { NatRule, type NatRuleArgs } from "./natRule";
export type { BridgeReference, InterfaceReference, NamespaceReference } from "./reference";
export { type NexthopArgs, Route, type RouteArgs } from "./route";
export { Sysctl, type SysctlArgs } from "./sysctl";
export { VethEnd, type VethEndArgs, VethPair, type VethPairArgs } from "./vethPair";
