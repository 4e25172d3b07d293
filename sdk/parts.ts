import type * as pulumi from "@pulumi/pulumi";
import type { AddressArgs } from "./address";
import type { Names } from "./args";
import type { BridgeArgs } from "./bridge";
import type { DummyArgs } from "./dummy";
import type { FilterRuleArgs } from "./filterRule";
import type { NatRuleArgs } from "./natRule";
import type { NeighborArgs } from "./neighbor";
import type { OvsBridgeArgs } from "./ovsBridge";
import type { OvsPortArgs } from "./ovsPort";
import type { PolicyRuleArgs } from "./policyRule";
import type { RouteArgs } from "./route";

/** Single kinds as parts of a Node or a Topology: their arguments, without those that the place of a part gives. */

/** A map by names. */
export type NamedParts<T> = Readonly<Record<string, T>>;

/** Values of kernel parameters by key. */
export type SysctlParts = Readonly<Record<string, pulumi.Input<string | number | boolean>>>;

type ListedParts<T> = pulumi.Input<readonly T[] | undefined>;

/** An address of a link: the arguments of an {@link Address}. */
export interface AddressPart extends Omit<AddressArgs, "interface" | "namespace" | "adopt" | "host"> {}

/** An entry of the neighbour table of a link: the arguments of a {@link Neighbor}. */
export interface NeighborPart
  extends Names<Omit<NeighborArgs, "interface" | "namespace" | "adopt" | "host">> {}

/** A route of a network namespace: the arguments of a {@link Route}. */
export type RoutePart = Names<Omit<RouteArgs, "namespace" | "adopt" | "host">>;

/** A policy rule of a network namespace: the arguments of a {@link PolicyRule}. */
export interface PolicyRulePart extends Names<Omit<PolicyRuleArgs, "namespace" | "adopt" | "host">> {}

/** A NAT rule of a network namespace: the arguments of a {@link NatRule}. */
export interface NatRulePart extends Names<Omit<NatRuleArgs, "namespace" | "host">> {}

/** A filter rule of a network namespace: the arguments of a {@link FilterRule}. */
export interface FilterRulePart extends Names<Omit<FilterRuleArgs, "namespace" | "host">> {}

/** Parts of a link. */
interface OnLinkArgs {
  /** Addresses with their prefix lengths, as text or as the arguments of an Address. Default: none. Updates in place. */
  addresses?: ListedParts<pulumi.Input<string> | AddressPart>;
  /** Entries of the neighbour table of this link, as the arguments of a Neighbor. Default: none. Updates in place. */
  neighbors?: ListedParts<NeighborPart>;
}

/** A bridge: the arguments of a {@link Bridge}, and the parts of its link. */
export interface BridgePart
  extends Names<Omit<BridgeArgs, "name" | "namespace" | "adopt" | "host">>,
    OnLinkArgs {}

/** A dummy: the arguments of a {@link Dummy}, and the parts of its link. */
export interface DummyPart
  extends Names<Omit<DummyArgs, "name" | "namespace" | "adopt" | "host">>,
    OnLinkArgs {}

/** A bridge of Open vSwitch: the arguments of an {@link OvsBridge}, and the parts of its link. */
export interface OvsBridgePart extends Names<Omit<OvsBridgeArgs, "name" | "adopt" | "host">>, OnLinkArgs {}

/** A port of a bridge of Open vSwitch: the arguments of an {@link OvsPort}, with the bridge by name. */
export interface OvsPortPart extends Names<Omit<OvsPortArgs, "interface" | "bridge" | "host">> {
  /** Name of the bridge of Open vSwitch. Updates in place. */
  bridge: pulumi.Input<string>;
}

interface LinkArgs extends OnLinkArgs {
  /** MAC address. Default: derived from the mark. Updates in place. */
  mac?: pulumi.Input<string | undefined>;
  /** Whether the link is up. Default: true. Updates in place. */
  up?: pulumi.Input<boolean | undefined>;
}

/** The far end of a cable, with names in place of references. */
export interface PeerPart extends LinkArgs {
  /** Name of the far end, up to 15 bytes. Default: `NODE-INTERFACE`; required for a cable of the host. Updates in place. */
  name?: pulumi.Input<string | undefined>;
  /**
   * Network namespace of the far end. Default: that of the bridge, if the topology has one of that name, else the host's
   * own. Updates in place.
   */
  namespace?: pulumi.Input<string | undefined>;
  /** Bridge in the namespace of the far end that this end is a port of. Default: none. Updates in place. */
  bridge?: pulumi.Input<string | undefined>;
  /** Largest packet in bytes. Default: that of the near end. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
}

/** The near end of a cable. */
export interface NearEndArgs extends LinkArgs {
  /** Bridge in the same namespace that this end is a port of. Default: none. Updates in place. */
  bridge?: pulumi.Input<string | undefined>;
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
  /** Deletes the cable although other owners lose something, as of a VethPair. Default: false. Updates in place. */
  deleteForeign?: pulumi.Input<boolean | undefined>;
}

/** One link of a node of a {@link Topology}, or of the host: the near end of a cable. */
export interface InterfacePart extends NearEndArgs {
  /** Far end of the cable. Default: a link `NODE-INTERFACE` in the host's own namespace. Updates in place. */
  peer?: PeerPart | undefined;
}

/** Parts that a Node, a node of a Topology, and the host of a Topology have in common. */
export interface PlaceArgs {
  /**
   * Dummies of this network namespace, by their names: the arguments of a Dummy, `addresses` and `neighbors`. Default: none.
   * Updates in place.
   */
  dummies?: NamedParts<DummyPart> | undefined;
  /** Routes of this network namespace, as the arguments of a Route. Default: none. Updates in place. */
  routes?: ListedParts<RoutePart>;
  /**
   * Policy rules of this network namespace, which select the routing table of a packet: the arguments of a PolicyRule.
   * Default: none. Updates in place.
   */
  policyRules?: ListedParts<PolicyRulePart>;
  /**
   * Bridges of Open vSwitch on the host, by their names: the arguments of an OvsBridge, `addresses` and `neighbors`.
   * Default: none. Updates in place.
   */
  ovsBridges?: NamedParts<OvsBridgePart> | undefined;
}

/** Parts inside the namespace of a node. */
export interface InNodeArgs extends PlaceArgs {
  /**
   * Bridges of this network namespace, by their names: the arguments of a Bridge, `addresses` and `neighbors`. Default: none.
   * Updates in place.
   */
  bridges?: NamedParts<BridgePart> | undefined;
  /**
   * Kernel parameters by key that are set once the links exist, such as `net.ipv4.conf.eth0.rp_filter`. A key that is removed
   * gets its former value again. Default: none. Updates in place.
   */
  linkSysctls?: SysctlParts | undefined;
  /**
   * NAT rules of this network namespace by names of your choice: the arguments of a NatRule. Rules that may match the same
   * packet need different priorities, as a map has no order. Default: none. Updates in place.
   */
  nat?: NamedParts<NatRulePart> | undefined;
  /**
   * Filter rules of this network namespace by names of your choice: the arguments of a FilterRule. Rules of one chain with
   * different verdicts need different priorities, as a map has no order. Default: none. Updates in place.
   */
  filter?: NamedParts<FilterRulePart> | undefined;
}
