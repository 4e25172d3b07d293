import * as pulumi from "@pulumi/pulumi";
import { farEndName, LOOPBACK } from "../provider/kinds/links/identity";
import type { Names } from "./args";
import { machineOf, type OnHost } from "./host";
import type { Machine } from "./machine";
import type { NamespaceArgs } from "./namespace";
import type {
  BridgePart,
  FilterRulePart,
  InNodeArgs,
  InterfacePart,
  NamedParts,
  NatRulePart,
  OvsPortPart,
  PlaceArgs,
  SysctlParts,
} from "./parts";
import { currentProgram } from "./program";
import { resolveNamespace } from "./reference";
import { NetnsResource } from "./resource";

interface AnywhereArgs {
  /** Network namespace of the part, by name. Default: the host's own. Replaces it. */
  namespace?: pulumi.Input<string | undefined>;
}

/** A bridge of a {@link Topology}. */
export interface TopologyBridgeArgs extends BridgePart, AnywhereArgs {}

/** A NAT rule of a {@link Topology}. */
export interface TopologyNatArgs extends NatRulePart, AnywhereArgs {}

/** A filter rule of a {@link Topology}. */
export interface TopologyFilterArgs extends FilterRulePart, AnywhereArgs {}

/** A node of a {@link Topology}: a namespace with its parts. */
export interface TopologyNodeArgs extends Names<Omit<NamespaceArgs, "name" | "adopt" | "host">>, InNodeArgs {
  /**
   * Links of the namespace by their names. Each is one end of a cable, except for `lo`, which takes `addresses` only.
   * Default: none. Updates in place.
   */
  interfaces?: NamedParts<InterfacePart> | undefined;
  /**
   * Ports of Open vSwitch by the names of their links, such as far ends of cables, which are on the host: the arguments of an
   * OvsPort. Default: none. Updates in place.
   */
  ovsPorts?: NamedParts<OvsPortPart> | undefined;
}

/** Arguments of a {@link Topology}. References are names, as parts are not resources. */
export interface TopologyArgs extends PlaceArgs, OnHost {
  /** Namespaces with their parts, by their names: the arguments of a Node. Default: none. Updates in place. */
  nodes?: NamedParts<TopologyNodeArgs> | undefined;
  /** Bridges by their names: the arguments of a Bridge, `addresses` and `neighbors`. Default: none. Updates in place. */
  bridges?: NamedParts<TopologyBridgeArgs> | undefined;
  /**
   * Links of the host by their names. Each is one end of a cable, as in a node, and its `peer` needs a `name`; `lo` takes
   * `addresses` only. Default: none. Updates in place.
   */
  interfaces?: NamedParts<InterfacePart> | undefined;
  /**
   * NAT rules by names of your choice: the arguments of a NatRule. Rules that may match the same packet need different
   * priorities, as a map has no order. Default: none. Updates in place.
   */
  nat?: NamedParts<TopologyNatArgs> | undefined;
  /**
   * Filter rules by names of your choice: the arguments of a FilterRule. Rules of one chain with different verdicts need
   * different priorities, as a map has no order. Default: none. Updates in place.
   */
  filter?: NamedParts<TopologyFilterArgs> | undefined;
  /**
   * Kernel parameters of the host by key. A key that is removed gets its former value again. Default: none. Updates in place.
   */
  sysctls?: SysctlParts | undefined;
  /** Ports of Open vSwitch by the names of their links: the arguments of an OvsPort. Default: none. Updates in place. */
  ovsPorts?: NamedParts<OvsPortPart> | undefined;
  /**
   * Adopts objects with these names that another program made. Deletion restores their former settings and leaves them.
   * Default: false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/**
 * A whole network in one resource: nodes with all that is in them, and the same on the host. For hundreds of nodes, as the
 * engine has one resource to deal with in place of thousands. Parts that change are changed in place, each by itself.
 */
export class Topology extends NetnsResource {
  constructor(name: string, args: TopologyArgs, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`Topology "${name}"`, args, options);
    super("Topology", name, { ...args }, [], { machine }, options);
    this.declareParts(machine, args);
  }

  /** Other resources may name what is in it, as far as names are known while the program runs. */
  private declareParts(machine: Machine | undefined, args: TopologyArgs): void {
    const program = currentProgram();
    const nodes = entriesOf(args.nodes);
    for (const [node] of nodes) program.declareNamespace(machine, node, this);
    for (const [node, given] of nodes) {
      const inside = known(given);
      program.declareAddress(resolveNamespace(machine, node), this);
      this.declareCables(machine, args, node, inside?.interfaces);
      for (const [bridge] of entriesOf(inside?.bridges))
        this.declareLink(machine, node, bridge, undefined, true);
      for (const [dummy] of entriesOf(inside?.dummies)) this.declareLink(machine, node, dummy, undefined);
      this.declareLinks(machine, inside?.ovsBridges);
    }
    this.declareCables(machine, args, undefined, args.interfaces);
    this.declareLinks(machine, args.dummies);
    this.declareLinks(machine, args.ovsBridges);
    for (const [bridge, given] of entriesOf(args.bridges)) {
      const { namespace, addresses } = known(given) ?? {};
      this.declareLink(machine, namespace, bridge, addresses, true);
    }
  }

  private declareCables(
    machine: Machine | undefined,
    args: TopologyArgs,
    node: string | undefined,
    interfaces: TopologyArgs["interfaces"],
  ): void {
    for (const [link, given] of entriesOf(interfaces)) {
      const near = known(given);
      this.declareLink(machine, node, link, node === undefined ? near?.addresses : undefined);
      if (link === LOOPBACK) continue;
      const { peer = {} } = near ?? {};
      const far = known(peer);
      if (!far) continue;
      const { namespace = placeOf(args, far.bridge) } = far;
      const name = far.name ?? (node === undefined ? undefined : farEndName(node, link));
      this.declareLink(machine, namespace, name, far.addresses);
    }
  }

  private declareLinks(
    machine: Machine | undefined,
    links: NamedParts<{ addresses?: unknown }> | undefined,
  ): void {
    for (const [link, given] of entriesOf(links))
      this.declareLink(machine, undefined, link, known(given)?.addresses);
  }

  private declareLink(
    machine: Machine | undefined,
    namespace: unknown,
    name: unknown,
    addresses: unknown,
    isBridge = false,
  ): void {
    if (typeof name !== "string" || !(namespace === undefined || typeof namespace === "string")) return;
    const place = resolveNamespace(machine, namespace);
    if (isBridge) currentProgram().declareBridge(place, name, this);
    else currentProgram().declareLink(place, name, this);
    if (addresses !== undefined) currentProgram().declareAddress(place, this);
  }
}

/** The namespace of a bridge that is named alone: as `bridges` has it, else that of the node which has such a bridge. */
function placeOf({ bridges, nodes }: TopologyArgs, bridge: unknown): pulumi.Input<string | undefined> {
  const found = entriesOf(bridges).find(([name]) => name === bridge);
  if (found) return known(found[1])?.namespace;
  return entriesOf(nodes).find(([, node]) =>
    entriesOf(known(node)?.bridges).some(([name]) => name === bridge),
  )?.[0];
}

type Known<T> = Exclude<T, Promise<unknown> | pulumi.OutputInstance<unknown>>;

/** Whether a value is known while the program runs. */
const isKnown = <T>(value: T): value is Known<T> =>
  !(pulumi.Output.isInstance(value) || value instanceof Promise);

const known = <T>(value: T): Known<T> | undefined => (isKnown(value) ? value : undefined);

/** Programs may skip type checking, and give a map that is known later. */
const entriesOf = <T>(map: Readonly<Record<string, T>> | undefined): [string, T][] =>
  map === undefined || !isKnown(map) ? [] : Object.entries(map);
