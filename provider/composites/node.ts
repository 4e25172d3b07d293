import { z } from "zod";
import type { Args, Problem } from "../engine/definition";
import { asFarAsKnown } from "../engine/unknown";
import { NamespaceArgs } from "../kinds/namespace";
import type { Composite } from "./composite";
import { loopbackProblems, partsOf } from "./part";
import { rivalryProblems, rulesIn } from "./rivalry";
import { inNode, inTopology } from "./tables";

export const NodeArgs = z.object({
  ...NamespaceArgs.shape,
  interfaces: inNode.interfaces.schema,
  bridges: inNode.bridges.schema,
  dummies: inNode.dummies.schema,
  routes: inNode.routes.schema,
  policyRules: inNode.policyRules.schema,
  linkSysctls: inNode.linkSysctls.schema,
  nat: inNode.nat.schema,
  filter: inNode.filter.schema,
  ovsBridges: inNode.ovsBridges.schema,
  ovsPorts: inNode.ovsPorts.schema,
  adopt: z.boolean().optional(),
});

/** A namespace and its content. */
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
  // The namespace is the entry itself, as in `nodes` of a Topology.
  parts: ({ name, adopt, ...given }) => partsOf(inTopology.nodes, String(name), given, { adopt }, []),
};
