import * as pulumi from "@pulumi/pulumi";
import { farEndName, LOOPBACK } from "../provider/kinds/links/identity";
import type { Names } from "./args";
import type { BridgeArgs } from "./bridge";
import type { FilterRuleArgs } from "./filterRule";
import type { NatRuleArgs } from "./natRule";
import type { NodeAddressArgs, NodeArgs, NodeRouteArgs } from "./node";
import { currentProgram } from "./program";
import { resolveNamespace } from "./reference";
import { NetnsResource } from "./resource";

/** A node of a {@link Topology}: a namespace with its cables, addresses and routes. */
export interface TopologyNodeArgs extends Names<Omit<NodeArgs, "name" | "adopt">> {}

/** A bridge of a {@link Topology}. */
export interface TopologyBridgeArgs extends Names<Omit<BridgeArgs, "name" | "adopt">> {
  /** Addresses of the bridge itself, as text or as the arguments of an Address. Default: none. Updates in place. */
  addresses?: pulumi.Input<readonly (pulumi.Input<string> | NodeAddressArgs)[] | undefined>;
}

/** A NAT rule of a {@link Topology}. */
export interface TopologyNatArgs extends Names<NatRuleArgs> {}

/** A filter rule of a {@link Topology}. */
export interface TopologyFilterArgs extends Names<FilterRuleArgs> {}

/** Arguments of a {@link Topology}. References are names, as parts are not resources. */
export interface TopologyArgs {
  /**
   * Namespaces with their cables, addresses and routes, by their names: the arguments of a Node. Default: none. Updates in
   * place.
   */
  nodes?: Readonly<Record<string, TopologyNodeArgs>> | undefined;
  /** Bridges by their names: the arguments of a Bridge, and `addresses`. Default: none. Updates in place. */
  bridges?: Readonly<Record<string, TopologyBridgeArgs>> | undefined;
  /**
   * NAT rules by names of your choice: the arguments of a NatRule. Rules that may match the same packet need different
   * priorities, as a map has no order. Default: none. Updates in place.
   */
  nat?: Readonly<Record<string, TopologyNatArgs>> | undefined;
  /**
   * Filter rules by names of your choice: the arguments of a FilterRule. Rules of one chain with different verdicts need
   * different priorities, as a map has no order. Default: none. Updates in place.
   */
  filter?: Readonly<Record<string, TopologyFilterArgs>> | undefined;
  /** Routes of the host, as the arguments of a Route. Default: none. Updates in place. */
  routes?: pulumi.Input<readonly NodeRouteArgs[] | undefined>;
  /**
   * Kernel parameters of the host by key. A key that is removed gets its former value again. Default: none. Updates in place.
   */
  sysctls?: Readonly<Record<string, pulumi.Input<string | number | boolean>>> | undefined;
  /**
   * Adopts objects with these names that another program made. Deletion restores their former settings and leaves them.
   * Default: false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

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
