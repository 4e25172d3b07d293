import { z } from "zod";
import type { Args, Problem } from "../engine/definition";
import { asFarAsKnown } from "../engine/unknown";
import { parseMark } from "../linux/marks/mark";
import type { Composite, Path } from "./composite";
import { loopbackProblems, partsIn } from "./part";
import { printPath } from "./paths";
import { rivalryProblems, rulesIn } from "./rivalry";
import { inNode, inTopology } from "./tables";

export const TopologyArgs = z.object({
  nodes: inTopology.nodes.schema,
  bridges: inTopology.bridges.schema,
  dummies: inTopology.dummies.schema,
  interfaces: inTopology.interfaces.schema,
  nat: inTopology.nat.schema,
  filter: inTopology.filter.schema,
  routes: inTopology.routes.schema,
  policyRules: inTopology.policyRules.schema,
  sysctls: inTopology.sysctls.schema,
  ovsBridges: inTopology.ovsBridges.schema,
  ovsPorts: inTopology.ovsPorts.schema,
  adopt: z.boolean().optional(),
});

/** A whole network in one resource. */
export const topology: Composite = {
  kind: "Topology",
  schema: TopologyArgs,
  identity: "nodes",
  replaceOn: [],
  id: ({ mark }) => parseMark(String(mark))?.label ?? String(mark),
  problems: asFarAsKnown<Args, Problem>(
    ({ filter }) => rivalryProblems(rulesIn(filter, ["filter"])),
    ({ filter, nodes }) => rivalryInNodes(filter, nodes),
    (args) =>
      interfacesIn(args).flatMap(([path, interfaces]) =>
        loopbackProblems(inNode.interfaces, interfaces, path),
      ),
    ambiguousBridges,
  ),
  parts: (args) => partsIn(inTopology, args, { adopt: args["adopt"], placeOf: placesOf(args) }, []),
};

type Entries = [name: string, value: Args][];

const entriesOf = (map: unknown): Entries => Object.entries<Args>(Object(map));

/** Returns every map of interfaces with its place. */
const interfacesIn = ({ nodes, interfaces }: Args): (readonly [path: Path, interfaces: unknown])[] => [
  [["interfaces"], interfaces],
  ...entriesOf(nodes).map(([name, node]) => [["nodes", name, "interfaces"], node["interfaces"]] as const),
];

/** Returns rival rules of which at least one is a rule of a node. */
function rivalryInNodes(filter: unknown, nodes: unknown): Problem[] {
  const own = rulesIn(filter, ["filter"]);
  const inside = entriesOf(nodes).flatMap(([name, node]) =>
    rulesIn(node["filter"], ["nodes", name, "filter"], name),
  );
  const names = new Set(inside.map(({ name }) => name));
  return rivalryProblems([...own, ...inside], (rule, rival) => names.has(rule.name) || names.has(rival.name));
}

/** Returns the nodes that have a bridge of each name. */
function nodesByBridge(nodes: unknown): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, node] of entriesOf(nodes)) {
    for (const [bridge] of entriesOf(node["bridges"]))
      found.set(bridge, [...(found.get(bridge) ?? []), name]);
  }
  return found;
}

/** Finds the namespace of a bridge that is given by name alone: from `bridges`, or from the only node with such a bridge. */
function placesOf({ bridges, nodes }: Args): (bridge: string) => string | undefined {
  const own = new Map(entriesOf(bridges));
  const inside = nodesByBridge(nodes);
  return (bridge) => {
    const namespace = own.get(bridge)?.["namespace"];
    if (own.has(bridge)) return typeof namespace === "string" ? namespace : undefined;
    return inside.get(bridge)?.[0];
  };
}

/** Refuses far ends whose bridge name is ambiguous. */
function ambiguousBridges(args: Args): Problem[] {
  const own = new Map(entriesOf(args["bridges"]));
  const inside = nodesByBridge(args["nodes"]);
  return interfacesIn(args).flatMap(([path, interfaces]) =>
    entriesOf(interfaces).flatMap(([link, { peer }]) => {
      const { bridge, namespace }: Args = Object(peer);
      const nodes = inside.get(String(bridge)) ?? [];
      if (nodes.length < 2 || namespace !== undefined || own.has(String(bridge))) return [];
      const reason = `is ${bridge}, and nodes ${nodes.join(", ")} have such a bridge: say which is meant by \`peer.namespace\``;
      return [{ property: printPath([...path, link, "peer", "bridge"]), reason }];
    }),
  );
}
