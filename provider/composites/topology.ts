import { z } from "zod";
import type { Args, Definition, Problem } from "../engine/definition";
import { asFarAsKnown } from "../engine/unknown";
import { linkName, macAddress, namespaceName } from "../fields/common";
import { sysctlKey, sysctlValue } from "../fields/sysctl";
import { BridgeArgs, bridge } from "../kinds/bridge";
import { rivals } from "../kinds/filterRule/ambiguousOrder";
import { FilterRuleArgs } from "../kinds/filterRule/args";
import { filterRule } from "../kinds/filterRule/filterRule";
import { linkId } from "../kinds/links/identity";
import { NatRuleArgs } from "../kinds/natRule/args";
import { natRule } from "../kinds/natRule/natRule";
import { sysctl } from "../kinds/sysctl";
import { parseMark } from "../linux/marks/mark";
import { sysctlName } from "../linux/read/sysctl";
import { sysctlPaths } from "../linux/sysctlRelations";
import { type Composite, keyOf, type Part, type Path, under } from "./composite";
import {
  addressList,
  addressParts,
  loopbackProblems,
  NodeArgs,
  nodeParts,
  routeList,
  routeParts,
} from "./node";
import { printPath } from "./paths";

const TopologyBridge = BridgeArgs.omit({ name: true, adopt: true })
  .extend({
    mac: macAddress.optional(),
    addresses: addressList,
  })
  .strict();

const TopologyNat = NatRuleArgs.extend({
  family: NatRuleArgs.shape.family.optional(),
}).strict();

const TopologyFilter = FilterRuleArgs.extend({
  family: FilterRuleArgs.shape.family.optional(),
}).strict();

export const TopologyArgs = z.object({
  nodes: z.record(namespaceName, NodeArgs.omit({ name: true, adopt: true }).strict()).default({}),
  bridges: z.record(linkName, TopologyBridge).default({}),
  nat: z.record(z.string(), TopologyNat).default({}),
  filter: z.record(z.string(), TopologyFilter).default({}),
  routes: routeList,
  sysctls: z.record(sysctlKey, sysctlValue).default({}),
  adopt: z.boolean().optional(),
});

type TopologyArgs = z.output<typeof TopologyArgs> & { mark: string };

/** A whole network in one resource. */
export const topology: Composite<TopologyArgs> = {
  kind: "Topology",
  schema: TopologyArgs,
  identity: "nodes",
  replaceOn: [],
  id: ({ mark }) => parseMark(mark)?.label ?? mark,
  problems: asFarAsKnown<TopologyArgs, Problem>(
    ({ filter }) => rivalryProblems(filter),
    ({ nodes }) => Object.entries(nodes).flatMap(([name, given]) => loopbackProblems(given, ["nodes", name])),
  ),
  parts: ({ nodes, bridges, nat, filter, routes, sysctls, adopt }) => [
    ...Object.entries(sysctls).map(([key, value]) => sysctlPart(key, value, ["sysctls", key])),
    ...Object.entries(nodes).flatMap(([name, given]) =>
      nodeParts({ ...given, name, adopt }, ["nodes", name], (bridge) =>
        Object.hasOwn(bridges, bridge) ? bridges[bridge]?.namespace : undefined,
      ),
    ),
    ...Object.entries(bridges).flatMap(([name, given]) => bridgeParts(name, given, adopt, ["bridges", name])),
    ...routeParts({ adopt }, routes, ["routes"]),
    ...Object.entries(nat).map(([name, given]) => rulePart(natRule, name, given, ["nat", name])),
    ...Object.entries(filter).map(([name, given]) => rulePart(filterRule, name, given, ["filter", name])),
  ],
};

/** Only the priorities tell which of two rules is asked first. */
function rivalryProblems(filter: TopologyArgs["filter"]): Problem[] {
  const rules = Object.entries(filter).map(([name, rule]) => ({ ...rule, name }));
  return rivals(rules).map(([{ name, verdict, priority }, rival]) => ({
    property: printPath(["filter", name, "priority"]),
    reason: `is ${priority}, as that of ${printPath(["filter", rival.name])}, but one is for ${verdict} and the other for ${rival.verdict}: which is asked first is not told by a map; give them different ones, the lower is asked first`,
  }));
}

function sysctlPart(key: string, value: string, entry: Path): Part {
  const [own, ...others] = sysctlPaths(key).map((path) => keyOf(sysctl, sysctlName(path)));
  return {
    ...{ key: own ?? key, formerKeys: others, definition: sysctl, args: { key, value }, entry },
    fields: { value: entry },
  };
}

function bridgeParts(
  name: string,
  { addresses, ...given }: z.output<typeof TopologyBridge>,
  adopt: boolean | undefined,
  entry: Path,
): Part[] {
  const { namespace } = given;
  const place = { interface: name, namespace, adopt };
  return [
    {
      ...{ key: keyOf(bridge, linkId(namespace, name)), definition: bridge, entry },
      args: { ...given, name, adopt },
      fields: under(entry, Object.keys(TopologyBridge.shape)),
    },
    ...addressParts(place, addresses, [...entry, "addresses"]),
  ];
}

const rulePart = (definition: Definition, name: string, args: Args, entry: Path): Part => ({
  ...{ key: keyOf(definition, name), definition, args, entry },
  fields: under(entry, Object.keys(definition.schema.shape)),
});
