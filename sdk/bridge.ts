import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { BridgeArgs as Schema } from "../provider/kinds/bridge";
import { expectKinds } from "./kinds";
import { currentProgram, type DeclaredLink, type Place } from "./program";
import { type NamespaceReference, resolveNamespace } from "./reference";
import { hide, type Inputs, NetnsResource } from "./resource";

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
export class Bridge extends NetnsResource implements DeclaredLink {
  /** Name of the bridge. */
  declare readonly name: pulumi.Output<string>;
  /** MAC address. */
  declare readonly mac: pulumi.Output<string>;
  /** Interface index, unique in its namespace. */
  declare readonly ifindex: pulumi.Output<number>;
  /** @internal */
  declare readonly place: Place;
  /** @internal */
  declare readonly resource: this;

  constructor(name: string, args: BridgeArgs = {}, options?: pulumi.CustomResourceOptions) {
    expectKinds(`Bridge "${name}"`, [["namespace", args.namespace, "namespace"]]);
    const place = resolveNamespace(args.namespace);
    const inputs = { ...args, name: args.name ?? name, namespace: place.name };
    super("Bridge", name, inputs, ["ifindex"], { deletedWith: [place.resource] }, options);
    hide(this, { place, resource: this });
    currentProgram().declareBridge(place, inputs.name, this);
  }
}
