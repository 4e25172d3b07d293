import { z } from "zod";
import type { Args, Problem } from "../engine/definition";
import { asFarAsKnown } from "../engine/unknown";
import { NamespaceArgs } from "../kinds/namespace";
import type { Composite } from "./composite";
import { loopbackProblems, partsOf } from "./part";
import { rivalryProblems, rulesIn } from "./rivalry";
import { inNode, inTopology } from "./tables";

const NodeArgs = z.object({
  ...NamespaceArgs.shape,
  /**
   * Links of the namespace by their names: each is one end of a cable, except for `lo`, which takes `addresses` only.
   * Default: none. Updates in place.
   */
  interfaces: inNode.interfaces.schema,
  /**
   * Bridges of this network namespace by their names: the arguments of a Bridge, `addresses` and `neighbors`. Default: none.
   * Updates in place.
   */
  bridges: inNode.bridges.schema,
  /** Routes of this network namespace, as the arguments of a Route. Default: none. Updates in place. */
  routes: inNode.routes.schema,
  /**
   * Rules of this network namespace that say which packets look up which routing table, as the arguments of a PolicyRule.
   * Default: none. Updates in place.
   */
  policyRules: inNode.policyRules.schema,
  /**
   * Kernel parameters inside by key that are set once the links are there, such as `net.ipv4.conf.eth0.rp_filter`. Each is
   * set back when it is taken out. Default: none. Updates in place.
   */
  linkSysctls: inNode.linkSysctls.schema,
  /**
   * NAT rules of this network namespace by names of your choice: the arguments of a NatRule. Those that may see the same
   * packet need different priorities, as the map has no order. Default: none. Updates in place.
   */
  nat: inNode.nat.schema,
  /**
   * Filter rules of this network namespace by names of your choice: the arguments of a FilterRule. Those of one chain with
   * different verdicts need different priorities, as the map has no order. Default: none. Updates in place.
   */
  filter: inNode.filter.schema,
  /**
   * Bridges of Open vSwitch by their names, on the host: the arguments of an OvsBridge, `addresses` and `neighbors`.
   * Default: none. Updates in place.
   */
  ovsBridges: inNode.ovsBridges.schema,
  /**
   * Ports of Open vSwitch by the names of their links, which are on the host, such as far ends of cables: the arguments of
   * an OvsPort. Default: none. Updates in place.
   */
  ovsPorts: inNode.ovsPorts.schema,
  /**
   * Take over what something else has made under these names: the namespace and each part by itself. Deletion sets it
   * back to what it was, and leaves it. Default: false. Updates in place.
   */
  adopt: z.boolean().optional(),
});

/** A namespace with everything in it. */
export const node: Composite = {
  kind: "Node",
  schema: NodeArgs,
  identity: "name",
  replaceOn: ["name"],
  id: ({ name }) => String(name),
  problems: asFarAsKnown<Args, Problem>(
    ({ interfaces }) => loopbackProblems(inNode.interfaces, interfaces, ["interfaces"]),
    ({ filter, name }) => rivalryProblems(rulesIn(filter, ["filter"], name)),
  ),
  // It is an entry of a Topology's `nodes`, by itself.
  parts: ({ name, adopt, ...given }) => partsOf(inTopology.nodes, String(name), given, { adopt }, []),
};
