import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { DummyArgs as Schema } from "../provider/kinds/dummy";
import { Link, type LinkInputs } from "./link";

/**
 * Arguments of a {@link Dummy}.
 * @interface
 */
export type DummyArgs = LinkInputs<z.input<typeof Schema>>;

/** A link without any other end, for addresses that are on no cable, as `ip link add type dummy` makes it. See ip-link(8). */
export class Dummy extends Link {
  /** MAC address. */
  declare readonly mac: pulumi.Output<string>;

  constructor(name: string, args: DummyArgs = {}, options?: pulumi.CustomResourceOptions) {
    super("Dummy", name, args, options);
  }
}
