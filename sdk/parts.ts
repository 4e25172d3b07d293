import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { AddressArgs as AddressSchema } from "../provider/kinds/address";
import type { BridgeArgs as BridgeSchema } from "../provider/kinds/bridge";
import type { FilterRuleArgs as FilterRuleSchema } from "../provider/kinds/filterRule/args";
import type { NatRuleArgs as NatRuleSchema } from "../provider/kinds/natRule/args";
import type { NeighborArgs as NeighborSchema } from "../provider/kinds/neighbor";
import type { OvsBridgeArgs as OvsBridgeSchema } from "../provider/kinds/ovsBridge";
import type { OvsPortArgs as OvsPortSchema } from "../provider/kinds/ovsPort";
import type { PolicyRuleArgs as PolicyRuleSchema } from "../provider/kinds/policyRule";
import type { RouteArgs as RouteSchema } from "../provider/kinds/route";
import type { VethPairArgs as VethPairSchema } from "../provider/kinds/vethPair";
import type { DeepInputs } from "./resource";

/** Single kinds as parts of a Node or a Topology: their arguments, but for those that the place of a part gives. */

/** The arguments of a schema but some. */
type Without<S extends z.ZodType, K extends keyof z.input<S>> = DeepInputs<Omit<z.input<S>, K | "adopt">>;

/** A map by names. */
export type NamedParts<T> = pulumi.Input<Readonly<Record<string, pulumi.Input<T>>>>;

/** A list. */
type ListedParts<T> = pulumi.Input<readonly pulumi.Input<T>[]>;

/** Values of kernel parameters by key. */
export type SysctlParts = pulumi.Input<Readonly<Record<string, pulumi.Input<string | number | boolean>>>>;

interface FamilyArgs {
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces the rule.
   */
  family?: pulumi.Input<"ipv4" | "ipv6">;
}

/** An address of a link: the arguments of an {@link Address}. */
export type AddressPart = Without<typeof AddressSchema, "interface" | "namespace" | "scope"> & {
  /**
   * How far the address is valid: `global`, `link` or `host`. Default: `host` for loopback addresses, `link` for
   * fe80::/10, else `global`. The kernel decides it for IPv6. Replaces the address.
   */
  scope?: pulumi.Input<"global" | "link" | "host">;
};

/** An entry of the neighbour table of a link: the arguments of a {@link Neighbor}. */
export type NeighborPart = Without<typeof NeighborSchema, "interface" | "namespace">;

/** A route of a network namespace: the arguments of a {@link Route}. */
export type RoutePart = Without<typeof RouteSchema, "namespace">;

/** A rule of a network namespace for its routing tables: the arguments of a {@link PolicyRule}. */
export type PolicyRulePart = Without<typeof PolicyRuleSchema, "namespace" | "family"> & FamilyArgs;

/** A NAT rule of a network namespace: the arguments of a {@link NatRule}. */
export type NatRulePart = Without<typeof NatRuleSchema, "namespace" | "family"> & FamilyArgs;

/** A filter rule of a network namespace: the arguments of a {@link FilterRule}. */
export type FilterRulePart = Without<typeof FilterRuleSchema, "namespace" | "family"> & FamilyArgs;

/** What a link has. */
interface OnLinkArgs {
  /** Addresses with their prefix lengths, or objects as the arguments of an Address. Default: none. Updates in place. */
  addresses?: ListedParts<string | AddressPart>;
  /** Entries of the neighbour table of this link, as the arguments of a Neighbor. Default: none. Updates in place. */
  neighbors?: ListedParts<NeighborPart>;
}

interface PinnedArgs {
  /** MAC address; pinned, as it would follow the ports otherwise. Default: one made from the mark. Updates in place. */
  mac?: pulumi.Input<string>;
}

/** A bridge: the arguments of a {@link Bridge}, and what is on its link. */
export type BridgePart = Without<typeof BridgeSchema, "name" | "namespace" | "mac"> & PinnedArgs & OnLinkArgs;

/** A bridge of Open vSwitch: the arguments of an {@link OvsBridge}, and what is on its link. */
export type OvsBridgePart = Without<typeof OvsBridgeSchema, "name" | "mac"> & PinnedArgs & OnLinkArgs;

/** A port of a bridge of Open vSwitch: the arguments of an {@link OvsPort}. */
export type OvsPortPart = DeepInputs<Omit<z.input<typeof OvsPortSchema>, "interface">>;

interface LinkArgs extends OnLinkArgs {
  /** MAC address. Default: one made from the mark. Updates in place. */
  mac?: pulumi.Input<string>;
  /** Whether it is up. Default: true. Updates in place. */
  up?: pulumi.Input<boolean>;
}

/** The far end of a cable, by names. */
export interface PeerPart extends LinkArgs {
  /** Name of the far end, up to 15 bytes. Default: `NODE-INTERFACE`; on the host it must be given. Updates in place. */
  name?: pulumi.Input<string>;
  /**
   * Network namespace the far end lives in. Default: that of the bridge, if the topology has a bridge of that name, else the
   * host's own. Updates in place.
   */
  namespace?: pulumi.Input<string>;
  /** Bridge in the namespace of the far end that the far end is a port of. Default: none. Updates in place. */
  bridge?: pulumi.Input<string>;
  /** Largest packet in bytes. Default: that of the near end. Updates in place. */
  mtu?: pulumi.Input<number>;
}

/** The near end of a cable. */
export interface NearEndArgs extends LinkArgs {
  /** Bridge in the same namespace that this end is a port of. Default: none. Updates in place. */
  bridge?: pulumi.Input<string>;
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu?: pulumi.Input<number>;
  /** Delete the cable although others would lose something with it, as of a VethPair. Default: false. Updates in place. */
  deleteForeign?: pulumi.Input<NonNullable<z.input<typeof VethPairSchema>["deleteForeign"]>>;
}

/** One link of a node of a {@link Topology}, or of the host: the near end of a cable. */
export interface InterfacePart extends NearEndArgs {
  /** The far end of the cable. Default: one in the host's own namespace, called `NODE-INTERFACE`. Updates in place. */
  peer?: pulumi.Input<PeerPart>;
}

/** What is the same in a Node, in a node of a Topology, and on the host of a Topology. */
export interface PlaceArgs {
  /** Routes of this network namespace, as the arguments of a Route. Default: none. Updates in place. */
  routes?: ListedParts<RoutePart>;
  /**
   * Rules of this network namespace that say which packets look up which routing table, as the arguments of a PolicyRule.
   * Default: none. Updates in place.
   */
  policyRules?: ListedParts<PolicyRulePart>;
  /**
   * Bridges of Open vSwitch by their names, on the host: the arguments of an OvsBridge, `addresses` and `neighbors`.
   * Default: none. Updates in place.
   */
  ovsBridges?: NamedParts<OvsBridgePart>;
}

/** What is inside the namespace of a node. */
export interface InNodeArgs extends PlaceArgs {
  /**
   * Bridges of this network namespace by their names: the arguments of a Bridge, `addresses` and `neighbors`. Default: none.
   * Updates in place.
   */
  bridges?: NamedParts<BridgePart>;
  /**
   * Kernel parameters inside by key that are set once the links are there, such as `net.ipv4.conf.eth0.rp_filter`. Each is
   * set back when it is taken out. Default: none. Updates in place.
   */
  linkSysctls?: SysctlParts;
  /**
   * NAT rules of this network namespace by names of your choice: the arguments of a NatRule. Those that may see the same
   * packet need different priorities, as the map has no order. Default: none. Updates in place.
   */
  nat?: NamedParts<NatRulePart>;
  /**
   * Filter rules of this network namespace by names of your choice: the arguments of a FilterRule. Those of one chain with
   * different verdicts need different priorities, as the map has no order. Default: none. Updates in place.
   */
  filter?: NamedParts<FilterRulePart>;
}
