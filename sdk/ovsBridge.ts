import type * as pulumi from "@pulumi/pulumi";
import { HANDLE, type OvsBridgeHandle } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram, hostPlace } from "./program";
import { handOver, NetnsResource } from "./resource";

/** Arguments of an {@link OvsBridge}. */
export interface OvsBridgeArgs extends OnHost {
  /** Name of the bridge and of its own link on the host, up to 15 bytes. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /**
   * Datapath that forwards packets: `system`, the kernel module `openvswitch`, or `netdev`, the daemon itself, which is
   * slower and needs no module. See ovs-vswitchd.conf.db(5). Default: `system`. Replaces.
   */
  datapathType?: pulumi.Input<"system" | "netdev" | undefined>;
  /**
   * MAC address. It is pinned, as Open vSwitch would otherwise take over that of a port. Default: derived from the mark, so
   * it is the same at every creation. Updates in place.
   */
  mac?: pulumi.Input<string | undefined>;
  /** Largest packet of the bridge's own link in bytes. Default: it follows the smallest port. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
  /**
   * Behaviour without flows from a controller: `standalone` is a switch that learns addresses; `secure` forwards only what
   * flows allow. See ovs-vswitchd.conf.db(5). Default: `standalone`. Updates in place.
   */
  failMode?: pulumi.Input<"standalone" | "secure" | undefined>;
  /** Spanning tree protocol (IEEE 802.1D), which breaks loops. An error with `rstp`. Default: false. Updates in place. */
  stp?: pulumi.Input<boolean | undefined>;
  /** Rapid spanning tree protocol (IEEE 802.1D-2004). An error with `stp`. Default: false. Updates in place. */
  rstp?: pulumi.Input<boolean | undefined>;
  /** Whether the bridge's own link is up; ports forward packets either way. Default: true. Updates in place. */
  up?: pulumi.Input<boolean | undefined>;
  /**
   * Deletes the bridge although other owners lose something: their ports, links on top of the bridge's own link, and objects
   * that other stacks recorded on it. Without it, the deletion fails while there are any. Default: false. Updates in place.
   */
  deleteForeign?: pulumi.Input<boolean | undefined>;
}

/**
 * A virtual switch of Open vSwitch, as `ovs-vsctl add-br` makes it, in the host's own namespace. Links become its ports by
 * an {@link OvsPort} each. See ovs-vsctl(8) and ovs-vswitchd.conf.db(5).
 *
 * Open vSwitch keeps it in a database, also over a reboot.
 */
export class OvsBridge extends NetnsResource implements OvsBridgeHandle {
  /** Name of the bridge. */
  declare readonly name: pulumi.Output<string>;
  /** MAC address. */
  declare readonly mac: pulumi.Output<string>;
  /** Interface index of the bridge's own link; none while Open vSwitch has not made it. */
  declare readonly ifindex: pulumi.Output<number | undefined>;
  /** @internal */
  declare readonly [HANDLE]: OvsBridgeHandle[typeof HANDLE];

  constructor(name: string, args: OvsBridgeArgs = {}, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`OvsBridge "${name}"`, args, options);
    const place = hostPlace(machine);
    const inputs = { ...args, name: args.name ?? name };
    super("OvsBridge", name, inputs, ["ifindex"], { machine }, options);
    handOver(this, { is: "ovsBridge", name: this.name, place, resource: this });
    currentProgram().declareLink(place, inputs.name, this);
  }
}
