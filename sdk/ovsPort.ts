import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { OvsPortArgs as Schema } from "../provider/kinds/ovsPort";
import { expectReferences, kindOf, type OvsBridgeReference, type PortReference } from "./handles";
import { resolveInterface } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of an {@link OvsPort}.
 * @interface
 */
export type OvsPortArgs = Inputs<Omit<z.input<typeof Schema>, "bridge" | "interface">> & {
  /** The bridge that it is a port of: an {@link OvsBridge}, or the name of one. Replaces. */
  bridge: OvsBridgeReference;
  /**
   * The link that becomes the port: an end of a veth pair, or the name of any interface, in the host's own namespace.
   * Replaces.
   */
  interface: PortReference;
};

/**
 * A link of the host as a port of a bridge of Open vSwitch, as `ovs-vsctl add-port` makes it, with its VLANs. See
 * ovs-vsctl(8) and ovs-vswitchd.conf.db(5).
 */
export class OvsPort extends NetnsResource {
  /** Number of the port in OpenFlow; none while Open vSwitch has no such link. */
  declare readonly ofport: pulumi.Output<number | undefined>;

  constructor(name: string, args: OvsPortArgs, options?: pulumi.CustomResourceOptions) {
    const whose = `OvsPort "${name}"`;
    expectReferences(whose, [
      ["bridge", args.bridge, "ovsBridge"],
      ["interface", args.interface, "port"],
    ]);
    const bridge = resolveInterface(whose, args.bridge, undefined);
    if (bridge.resource && kindOf(bridge.resource) !== "OvsBridge") {
      throw new pulumi.RunError(
        `${whose}: \`bridge\` must be a bridge of Open vSwitch; to attach a cable to a Linux bridge, set \`bridge\` of its end`,
      );
    }
    const link = resolveInterface(whose, args.interface, undefined);
    if (link.place.name !== undefined) {
      throw new pulumi.RunError(
        `${whose}: \`interface\` is in another namespace, but Open vSwitch takes links of the host's own; name the other end of the cable`,
      );
    }
    const inputs = { ...args, bridge: bridge.name, interface: link.name };
    // Where there is another link of its name, Open vSwitch may go on with the one that is no more.
    const owners = { deletedWith: [bridge.resource], replaceWith: [link.resource] };
    super("OvsPort", name, inputs, ["ofport"], owners, options);
  }
}
