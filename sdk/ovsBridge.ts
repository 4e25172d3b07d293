import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { OvsBridgeArgs as Schema } from "../provider/kinds/ovsBridge";
import { HANDLE, type OvsBridgeHandle } from "./handles";
import { currentProgram, HOST } from "./program";
import { handOver, type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of an {@link OvsBridge}.
 * @interface
 */
export type OvsBridgeArgs = Inputs<Omit<z.input<typeof Schema>, "name" | "mac">> & {
  /** Name of the bridge, and of its own link on the host, up to 15 bytes. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /**
   * MAC address; pinned, as it would follow the ports otherwise. Default: one made from the mark, the same at every
   * creation. Updates in place.
   */
  mac?: pulumi.Input<string>;
};

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
    const inputs = { ...args, name: args.name ?? name };
    super("OvsBridge", name, inputs, ["ifindex"], {}, options);
    handOver(this, { is: "ovsBridge", name: this.name, place: HOST, resource: this });
    currentProgram().declareLink(HOST, inputs.name, this);
  }
}
