import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { BridgeArgs as Schema } from "../provider/kinds/bridge";
import { type BridgeHandle, expectReferences, HANDLE, type NamespaceReference } from "./handles";
import { currentProgram } from "./program";
import { resolveNamespace } from "./reference";
import { handOver, type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link Bridge}.
 * @interface
 */
export type BridgeArgs = Inputs<Omit<z.input<typeof Schema>, "name" | "mac" | "namespace">> & {
  /** Name of the bridge, up to 15 bytes. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /** Network namespace the bridge lives in. Default: the host's own. Replaces. */
  namespace?: NamespaceReference;
  /**
   * MAC address; pinned, as it would follow the ports otherwise. Default: one made from the mark, the same at every
   * creation. Updates in place.
   */
  mac?: pulumi.Input<string>;
};

/** A virtual switch: a Linux bridge, as `ip link add type bridge` makes it. See ip-link(8) and the kernel's bridge doc. */
export class Bridge extends NetnsResource implements BridgeHandle {
  /** Name of the bridge. */
  declare readonly name: pulumi.Output<string>;
  /** MAC address. */
  declare readonly mac: pulumi.Output<string>;
  /** Interface index, unique in its namespace. */
  declare readonly ifindex: pulumi.Output<number>;
  /** @internal */
  declare readonly [HANDLE]: BridgeHandle[typeof HANDLE];

  constructor(name: string, args: BridgeArgs = {}, options?: pulumi.CustomResourceOptions) {
    expectReferences(`Bridge "${name}"`, [["namespace", args.namespace, "namespace"]]);
    const place = resolveNamespace(args.namespace);
    const inputs = { ...args, name: args.name ?? name, namespace: place.name };
    super("Bridge", name, inputs, ["ifindex"], { deletedWith: [place.resource] }, options);
    handOver(this, { is: "bridge", name: this.name, place, resource: this });
    currentProgram().declareBridge(place, inputs.name, this);
  }
}
