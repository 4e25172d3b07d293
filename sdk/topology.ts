import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { farEndName, LOOPBACK } from "../provider/kinds/links/identity";
import type { NamespaceArgs as NamespaceSchema } from "../provider/kinds/namespace";
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
import { type DeepInputs, NetnsResource } from "./resource";

interface AnywhereArgs {
  /** Network namespace it is in, by name. Default: the host's own. Replaces it. */
  namespace?: pulumi.Input<string>;
}

/** A node of a {@link Topology}: a namespace with what is in it. */
export interface TopologyNodeArgs
  extends DeepInputs<Omit<z.input<typeof NamespaceSchema>, "name" | "adopt">>,
    InNodeArgs {
  /**
   * Links of the namespace by their names: each is one end of a cable, except for `lo`, which takes `addresses` only.
   * Default: none. Updates in place.
   */
  interfaces?: NamedParts<InterfacePart>;
  /**
   * Ports of Open vSwitch by the names of their links, which are on the host, such as far ends of cables: the arguments of
   * an OvsPort. Default: none. Updates in place.
   */
  ovsPorts?: NamedParts<OvsPortPart>;
}

/**
 * Arguments of a {@link Topology}.
 * @interface
 */
export interface TopologyArgs extends PlaceArgs {
  /** Namespaces with what is in them, by their names: the arguments of a Node. Default: none. Updates in place. */
  nodes?: NamedParts<TopologyNodeArgs>;
  /** Bridges by their names: the arguments of a Bridge, `addresses` and `neighbors`. Default: none. Updates in place. */
  bridges?: NamedParts<BridgePart & AnywhereArgs>;
  /**
   * Links of the host by their names: each is one end of a cable, as in a node; its `peer` needs a `name`. `lo` takes
   * `addresses` only. Default: none. Updates in place.
   */
  interfaces?: NamedParts<InterfacePart>;
  /**
   * NAT rules by names of your choice: the arguments of a NatRule. Those that may see the same packet need different
   * priorities, as the map has no order. Default: none. Updates in place.
   */
  nat?: NamedParts<NatRulePart & AnywhereArgs>;
  /**
   * Filter rules by names of your choice: the arguments of a FilterRule. Those of one chain with different verdicts need
   * different priorities, as the map has no order. Default: none. Updates in place.
   */
  filter?: NamedParts<FilterRulePart & AnywhereArgs>;
  /** Kernel parameters of the host by key; each is set back when it is taken out. Default: none. Updates in place. */
  sysctls?: SysctlParts;
  /** Ports of Open vSwitch by the names of their links: the arguments of an OvsPort. Default: none. Updates in place. */
  ovsPorts?: NamedParts<OvsPortPart>;
  /**
   * Take over what something else has made under these names. Deletion sets it back to what it was. Default: false.
   * Updates in place.
   */
  adopt?: pulumi.Input<boolean>;
}

/**
 * A whole network in one resource: nodes with all that is in them, and the same on the host. For hundreds of nodes, as the
 * engine has one resource to deal with in place of thousands. Parts that change are changed in place, each by itself.
 */
export class Topology extends NetnsResource {
  constructor(name: string, args: TopologyArgs, options?: pulumi.CustomResourceOptions) {
    super("Topology", name, { ...args }, [], {}, options);
    this.declareParts(args);
  }

  /** Other resources may name what is in it, as far as names are known while the program runs. */
  private declareParts(args: TopologyArgs): void {
    const program = currentProgram();
    const nodes = entriesOf(args.nodes);
    for (const [node] of nodes) program.declareNamespace(node, this);
    for (const [node, given] of nodes) {
      const inside = known(given);
      program.declareAddress(resolveNamespace(node), this);
      this.declareCables(args, node, inside?.interfaces);
      for (const [bridge] of entriesOf(inside?.bridges)) this.declareLink(node, bridge, undefined, true);
      this.declareLinks(inside?.ovsBridges);
    }
    this.declareCables(args, undefined, args.interfaces);
    this.declareLinks(args.ovsBridges);
    for (const [bridge, given] of entriesOf(args.bridges)) {
      const { namespace, addresses } = known(given) ?? {};
      this.declareLink(namespace, bridge, addresses, true);
    }
  }

  private declareCables(
    args: TopologyArgs,
    node: string | undefined,
    interfaces: TopologyArgs["interfaces"],
  ): void {
    for (const [link, given] of entriesOf(interfaces)) {
      const near = known(given);
      this.declareLink(node, link, node === undefined ? near?.addresses : undefined);
      if (link === LOOPBACK) continue;
      const { peer = {} } = near ?? {};
      const far = known(peer);
      if (!far) continue;
      const { namespace = placeOf(args, far.bridge) } = far;
      const name = far.name ?? (node === undefined ? undefined : farEndName(node, link));
      this.declareLink(namespace, name, far.addresses);
    }
  }

  private declareLinks(links: NamedParts<{ addresses?: unknown }> | undefined): void {
    for (const [link, given] of entriesOf(links)) this.declareLink(undefined, link, known(given)?.addresses);
  }

  private declareLink(namespace: unknown, name: unknown, addresses: unknown, isBridge = false): void {
    if (typeof name !== "string" || !(namespace === undefined || typeof namespace === "string")) return;
    const place = resolveNamespace(namespace);
    if (isBridge) currentProgram().declareBridge(place, name, this);
    else currentProgram().declareLink(place, name, this);
    if (addresses !== undefined) currentProgram().declareAddress(place, this);
  }
}

/** The namespace of a bridge that is named alone: as `bridges` has it, else that of the node which has such a bridge. */
function placeOf({ bridges, nodes }: TopologyArgs, bridge: unknown): pulumi.Input<string> | undefined {
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

const entriesOf = <T>(map: pulumi.Input<Readonly<Record<string, T>>> | undefined): [string, T][] =>
  map === undefined || !isKnown(map) ? [] : Object.entries(map as Readonly<Record<string, T>>);
