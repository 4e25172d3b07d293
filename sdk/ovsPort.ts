import * as pulumi from "@pulumi/pulumi";
import { kindOf, type OvsBridgeReference, type PortReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { resolveInterface } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of an {@link OvsPort}. */
export interface OvsPortArgs extends OnHost {
  /** Bridge of Open vSwitch that gets the port. Replaces. */
  bridge: OvsBridgeReference;
  /** Link of the host's own namespace that becomes the port. Replaces. */
  interface: PortReference;
  /**
   * VLAN of an access port, 1 to 4094: frames come in and go out without a tag. With `vlanMode` `native-tagged` or
   * `native-untagged`, the VLAN of frames that come in without a tag. Default: none. Updates in place.
   */
  tag?: pulumi.Input<number | undefined>;
  /** VLANs that a trunk forwards, 1 to 4094 each, at least one. Default: all. Updates in place. */
  trunks?: pulumi.Input<number[] | undefined>;
  /**
   * `access`: in the VLAN `tag` only. `trunk`: frames carry their VLAN in a tag (IEEE 802.1Q). `native-tagged` and
   * `native-untagged`: a trunk where frames without a tag belong to the VLAN `tag`, and go out with or without a tag. See
   * ovs-vswitchd.conf.db(5). Default: `access` with a `tag`, else `trunk`. Updates in place.
   */
  vlanMode?: pulumi.Input<"access" | "trunk" | "native-tagged" | "native-untagged" | undefined>;
}

/**
 * A link of the host as a port of a bridge of Open vSwitch, as `ovs-vsctl add-port` makes it, with its VLANs. See
 * ovs-vsctl(8) and ovs-vswitchd.conf.db(5).
 */
export class OvsPort extends NetnsResource {
  /** Number of the port in OpenFlow; none while Open vSwitch has no such link. */
  declare readonly ofport: pulumi.Output<number | undefined>;

  constructor(name: string, args: OvsPortArgs, options?: pulumi.CustomResourceOptions) {
    const whose = `OvsPort "${name}"`;
    const machine = machineOf(whose, args, options, [
      ["bridge", args.bridge, "ovsBridge"],
      ["interface", args.interface, "port"],
    ]);
    const bridge = resolveInterface(machine, whose, args.bridge, undefined);
    if (bridge.resource && kindOf(bridge.resource) !== "OvsBridge") {
      throw new pulumi.RunError(
        `${whose}: \`bridge\` must be a bridge of Open vSwitch; to attach a cable to a Linux bridge, set \`bridge\` of its end`,
      );
    }
    const link = resolveInterface(machine, whose, args.interface, undefined);
    if (link.place.name !== undefined) {
      throw new pulumi.RunError(
        `${whose}: \`interface\` is in another namespace, but Open vSwitch takes links of the host's own; name the other end of the cable`,
      );
    }
    const inputs = { ...args, bridge: bridge.name, interface: link.name };
    // Where there is another link of its name, Open vSwitch may go on with the one that is no more.
    const owners = { machine, deletedWith: [bridge.resource], replaceWith: [link.resource] };
    super("OvsPort", name, inputs, ["ofport"], owners, options);
  }
}
