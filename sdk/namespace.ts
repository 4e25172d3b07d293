import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { NamespaceArgs as Schema } from "../provider/kinds/namespace";
import { HANDLE, type NamespaceHandle } from "./handles";
import { currentProgram } from "./program";
import { handOver, type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link Namespace}.
 * @interface
 */
export type NamespaceArgs = Inputs<Omit<z.input<typeof Schema>, "name">> & {
  /** Name of the namespace, as in `ip netns add`. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
};

/**
 * A network namespace, as `ip netns add` makes it: its own links, addresses, routes, rules and sysctls.
 * See ip-netns(8) and network_namespaces(7).
 */
export class Namespace extends NetnsResource implements NamespaceHandle {
  /** Name of the namespace. */
  declare readonly name: pulumi.Output<string>;
  /** Where its name is kept: `/run/netns/NAME`. */
  declare readonly path: pulumi.Output<string>;
  /** Its identity: the inode of the namespace, as `/proc/PID/ns/net` shows it. */
  declare readonly inode: pulumi.Output<number>;

  /** @internal */
  declare readonly [HANDLE]: NamespaceHandle[typeof HANDLE];

  constructor(name: string, args: NamespaceArgs = {}, options?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, name: args.name ?? name };
    super("Namespace", name, inputs, ["path", "inode"], {}, options);
    handOver(this, { is: "namespace", resource: this });
    currentProgram().declareNamespace(inputs.name, this);
  }
}
