import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { TopologyArgs as Schema } from "../provider/composites/topology";
import { farEndName, LOOPBACK } from "../provider/kinds/links/identity";
import { currentProgram } from "./program";
import { resolveNamespace } from "./reference";
import { type DeepInputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link Topology}.
 * @interface
 */
export type TopologyArgs = DeepInputs<z.input<typeof Schema>>;

/**
 * A whole network in one resource: nodes, bridges, NAT and filter rules, routes and parameters of the host. For hundreds of nodes, as
 * the engine has one resource to deal with in place of thousands. Parts that change are changed in place, each by itself.
 */
export class Topology extends NetnsResource {
  constructor(name: string, args: TopologyArgs, options?: pulumi.CustomResourceOptions) {
    super("Topology", name, { ...args }, [], {}, options);
    this.declareParts(args);
  }

  /** Other resources may name what is in it, as far as names are known while the program runs. */
  private declareParts({ nodes, bridges }: TopologyArgs): void {
    const program = currentProgram();
    const places = new Map(entriesOf(known(bridges)).map(([name, given]) => [name, known(given)?.namespace]));
    const placeOf = (bridge: unknown) => (typeof bridge === "string" ? places.get(bridge) : undefined);
    for (const [node] of entriesOf(known(nodes))) program.declareNamespace(node, this);
    for (const [node, given] of entriesOf(known(nodes))) {
      const place = resolveNamespace(node);
      program.declareAddress(place, this);
      for (const [link, near] of entriesOf(known(known(given)?.interfaces))) {
        program.declareLink(place, link, this);
        if (link === LOOPBACK) continue;
        const { peer = {} } = known(near) ?? {};
        const far = known(peer);
        if (!far) continue;
        const { namespace = placeOf(far.bridge) } = far;
        this.declareLink(namespace, far.name ?? farEndName(node, link), far.addresses);
      }
    }
    for (const [bridge, given] of entriesOf(known(bridges))) {
      const { namespace, addresses } = known(given) ?? {};
      this.declareLink(namespace, bridge, addresses, true);
    }
  }

  private declareLink(namespace: unknown, name: unknown, addresses: unknown, isBridge = false): void {
    if (typeof name !== "string" || !(namespace === undefined || typeof namespace === "string")) return;
    const place = resolveNamespace(namespace);
    if (isBridge) currentProgram().declareBridge(place, name, this);
    else currentProgram().declareLink(place, name, this);
    if (addresses !== undefined) currentProgram().declareAddress(place, this);
  }
}

type Known<T> = Exclude<T, Promise<unknown> | pulumi.OutputInstance<unknown>>;

/** Whether a value is known while the program runs. */
const isKnown = <T>(value: T): value is Known<T> =>
  !(pulumi.Output.isInstance(value) || value instanceof Promise);

const known = <T>(value: T): Known<T> | undefined => (isKnown(value) ? value : undefined);

const entriesOf = <T>(map: Readonly<Record<string, T>> = {}): [string, T][] => Object.entries(map);
