import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { ReachabilityArgs as Schema } from "../provider/assertions/reachability";
import { expectReferences, type NamespaceReference } from "./handles";
import { currentProgram } from "./program";
import { resolveNamespace } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link Reachability}.
 * @interface
 */
export type ReachabilityArgs = Inputs<Omit<z.input<typeof Schema>, "namespace" | "triggers">> & {
  /** Network namespace that the packets are sent from. Default: the host's own. Updates in place. */
  namespace?: NamespaceReference;
  /**
   * Any values; a change of one is a reason to look again. A digest of the arguments of all that was declared before is
   * added by itself, so these are for what is outside the program. Default: none. Updates in place.
   */
  triggers?: pulumi.Input<pulumi.Input<string | number | boolean>[]>;
};

/**
 * That packets get from a namespace to an address, or do not: real ones are sent, and where it is otherwise `pulumi up`
 * fails and says why. It makes nothing.
 *
 * It comes after everything of this package that the program declared before it, and looks again whenever an argument of
 * any of that changes. A preview sends nothing.
 */
export class Reachability extends NetnsResource {
  /** What came of the last look: `TCP 10.2.0.2 port 80: connected`. */
  declare readonly answer: pulumi.Output<string>;

  constructor(name: string, args: ReachabilityArgs, options?: pulumi.CustomResourceOptions) {
    expectReferences(`Reachability "${name}"`, [["namespace", args.namespace, "namespace"]]);
    // Others of its kind change nothing, and may be looked at beside it.
    const earlier = currentProgram()
      .soFar()
      .filter(({ resource }) => !(resource instanceof Reachability));
    const inputs = {
      ...args,
      namespace: resolveNamespace(args.namespace).name,
      triggers: pulumi
        .all([digestOf(earlier.map((one) => one.inputs)), args.triggers ?? []])
        .apply(([digest, triggers]) => [digest, ...triggers]),
    };
    const owners = { replaceWith: earlier.map(({ resource }) => resource) };
    super("Reachability", name, inputs, ["answer"], owners, options);
  }
}

/** A short text that changes with any argument of what was declared before. */
const digestOf = (inputs: readonly object[]): pulumi.Output<string> =>
  pulumi
    .output(inputs)
    .apply((known) => createHash("sha256").update(JSON.stringify(known)).digest("hex").slice(0, 16));
