import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { TopologyArgs as Schema } from "../provider/composites/topology";
import { currentProgram } from "./program";
import { type DeepInputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link Topology}.
 * @interface
 */
export type TopologyArgs = DeepInputs<z.input<typeof Schema>>;

/**
 * A whole network in one resource: nodes, bridges, NAT rules, routes and parameters of the host. For hundreds of nodes, as
 * the engine has one resource to deal with in place of thousands. Parts that change are changed in place, each by itself.
 */
export class Topology extends NetnsResource {
  constructor(name: string, args: TopologyArgs, options?: pulumi.CustomResourceOptions) {
    super("Topology", name, { ...args }, [], {}, options);
    // Other resources may name what is in it.
    const { nodes } = args;
    if (isPlain(nodes)) for (const node of Object.keys(nodes)) currentProgram().declareNamespace(node, this);
  }
}

/** Whether a value is known while the program runs. */
const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !("apply" in value) && !("then" in value);
