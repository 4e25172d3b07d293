import type * as pulumi from "@pulumi/pulumi";
import { type BridgeHandle, HANDLE, type NamespaceReference } from "./handles";
import type { OnHost } from "./host";
import { Link } from "./link";
import { currentProgram } from "./program";

/** Arguments of a {@link Bridge}. */
export interface BridgeArgs extends OnHost {
  /** Name of the bridge, up to 15 bytes. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /** Network namespace of the bridge. Default: the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /**
   * MAC address. It is pinned, as the kernel would otherwise take over that of a port. Default: derived from the mark, so it
   * is the same at every creation. Updates in place.
   */
  mac?: pulumi.Input<string | undefined>;
  /**
   * Largest packet in bytes. Default: the kernel follows the smallest port. Updates in place; its removal replaces, as the
   * kernel does not follow the ports again.
   */
  mtu?: pulumi.Input<number | undefined>;
  /** Spanning tree protocol (IEEE 802.1D), which breaks loops. Default: false. Updates in place. */
  stp?: pulumi.Input<boolean | undefined>;
  /**
   * Seconds that a new port listens, and then learns, before it forwards. It counts with `stp` only, which takes 2 to 30.
   * See ip-link(8). Default: 15. Updates in place.
   */
  forwardDelay?: pulumi.Input<number | undefined>;
  /**
   * Seconds that the bridge remembers a learnt MAC address; 0 makes it a hub. See ip-link(8). Default: 300. Updates in
   * place.
   */
  ageingTime?: pulumi.Input<number | undefined>;
  /** Keeps VLANs apart on the ports (needs CONFIG_BRIDGE_VLAN_FILTERING). Default: false. Updates in place. */
  vlanFiltering?: pulumi.Input<boolean | undefined>;
  /**
   * Bit mask of the link-local frames 01:80:C2:00:00:0X that the bridge forwards: bit X, so 16384 is LLDP. Bits 0 to 2 (STP,
   * pause and LACP) are an error, as the kernel never forwards these. See ip-link(8). Default: 0. Updates in place.
   */
  groupFwdMask?: pulumi.Input<number | undefined>;
  /** Whether the bridge is up. Default: true. Updates in place. */
  up?: pulumi.Input<boolean | undefined>;
  /**
   * Deletes the bridge although other owners lose something: their ports, links on top of it, and objects that other stacks
   * recorded on it. Without it, the deletion fails while there are any. Default: false. Updates in place.
   */
  deleteForeign?: pulumi.Input<boolean | undefined>;
  /**
   * Adopts a bridge of this name that another program made. Deletion restores its former settings and leaves it. It counts
   * at creation: once it is removed from the program, the bridge belongs to this resource. Default: false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/** A virtual switch: a Linux bridge, as `ip link add type bridge` makes it. See ip-link(8) and the kernel's bridge doc. */
export class Bridge extends Link<"bridge"> implements BridgeHandle {
  /** MAC address. */
  declare readonly mac: pulumi.Output<string>;

  constructor(name: string, args: BridgeArgs = {}, options?: pulumi.CustomResourceOptions) {
    super("bridge", "Bridge", name, args, options);
    currentProgram().declareBridge(this[HANDLE].place, args.name ?? name, this);
  }
}
