import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { SysctlArgs as Schema } from "../provider/resources/sysctl";
import { type NamespaceReference, resolveNamespace } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/** Arguments of a {@link Sysctl}. */
export type SysctlArgs = Inputs<Omit<z.input<typeof Schema>, "namespace">> & {
  /** Network namespace whose parameter it is. Default: the host's own. Replaces. */
  namespace?: NamespaceReference;
};

/**
 * A kernel parameter, as `sysctl -w` sets it. What it was before is remembered and set again on deletion.
 * See sysctl(8) and the kernel's ip-sysctl doc.
 */
export class Sysctl extends NetnsResource {
  /** Value as the kernel tells it. */
  declare readonly value: pulumi.Output<string>;
  /** Value before this resource, which deletion sets again. */
  declare readonly former: pulumi.Output<string>;

  constructor(name: string, args: SysctlArgs, options?: pulumi.CustomResourceOptions) {
    const place = resolveNamespace(args.namespace);
    super(
      "Sysctl",
      name,
      { ...args, namespace: place.name },
      ["former"],
      { deletedWith: [place.resource] },
      options,
    );
  }
}
