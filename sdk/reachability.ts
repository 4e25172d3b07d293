import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram } from "./program";
import { resolveNamespace } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of a {@link Reachability}. */
export interface ReachabilityArgs extends OnHost {
  /** Network namespace that sends the packets. Default: the host's own. Updates in place. */
  namespace?: NamespaceReference | undefined;
  /** Address that must answer, or must not: `192.168.15.2`, `fd00::2`. Updates in place. */
  target: pulumi.Input<string>;
  /**
   * Probe: `ping` sends an ICMP echo request; `tcp` opens a connection and closes it at once; `udp` sends one datagram; `http`
   * sends a GET request. Default: `ping`. Updates in place.
   */
  protocol?: pulumi.Input<"ping" | "tcp" | "udp" | "http" | undefined>;
  /** Port of the target, 1 to 65535; required for `tcp` and `udp`. Default: 80 for `http`. Updates in place. */
  port?: pulumi.Input<number | undefined>;
  /** Path of an `http` request (RFC 9110). Default: `/`. Updates in place. */
  path?: pulumi.Input<string | undefined>;
  /** Status that an `http` answer must have, 100 to 599. Default: any. Updates in place. */
  status?: pulumi.Input<number | undefined>;
  /** Text of a `udp` datagram, 1200 bytes at most; only an answer counts. Default: none. Updates in place. */
  payload?: pulumi.Input<string | undefined>;
  /**
   * Expected outcome. `reachable`: an answer must come. `blocked`: no answer may come; a refused or rejected probe counts as
   * blocked. Default: `reachable`. Updates in place.
   */
  expect?: pulumi.Input<"reachable" | "blocked" | undefined>;
  /** Seconds to wait for an answer, 0.1 to 25. Default: 1. Updates in place. */
  timeout?: pulumi.Input<number | undefined>;
  /**
   * Further attempts, 0 to 100: `reachable` ends at the first answer, `blocked` makes all of them. Default: 3. Updates in
   * place.
   */
  retries?: pulumi.Input<number | undefined>;
  /**
   * Values whose change repeats the check. The arguments of everything declared before count anyway, so these are for things
   * outside the program. Default: none. Updates in place.
   */
  triggers?: pulumi.Input<pulumi.Input<string | number | boolean>[]> | undefined;
}

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
    const machine = machineOf(`Reachability "${name}"`, args, options, [
      ["namespace", args.namespace, "namespace"],
    ]);
    // Others of its kind change nothing, and may be looked at beside it.
    const earlier = currentProgram()
      .soFar()
      .filter(({ resource }) => !(resource instanceof Reachability));
    const inputs = {
      ...args,
      namespace: resolveNamespace(machine, args.namespace).name,
      triggers: pulumi
        .all([digestOf(earlier.map((one) => one.inputs)), args.triggers ?? []])
        .apply(([digest, triggers]) => [digest, ...triggers]),
    };
    const owners = { machine, replaceWith: earlier.map(({ resource }) => resource) };
    super("Reachability", name, inputs, ["answer"], owners, options);
  }
}

/** A short text that changes with any argument of what was declared before. */
const digestOf = (inputs: readonly object[]): pulumi.Output<string> =>
  pulumi
    .output(inputs)
    .apply((known) => createHash("sha256").update(JSON.stringify(known)).digest("hex").slice(0, 16));
