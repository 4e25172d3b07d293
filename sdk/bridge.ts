import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { BridgeArgs as Schema } from "../provider/kinds/bridge";
import { Link } from "./link";
import { currentProgram } from "./program";
import type { NamespaceReference } from "./reference";
import type { Inputs } from "./resource";

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
export class Bridge extends Link {
  /** MAC address. */
  declare readonly mac: pulumi.Output<string>;

  constructor(name: string, args: BridgeArgs = {}, options?: pulumi.CustomResourceOptions) {
    super("Bridge", name, args, options);
    currentProgram().declareBridge(this.place, args.name ?? name, this);
  }
}
