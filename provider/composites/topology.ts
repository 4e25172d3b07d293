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
    /** MAC address; pinned. Default: one made from the mark. Updates in place. */
    mac: macAddress.optional(),
    /** Addresses of the bridge itself, as those of a node's interface. Default: none. Updates in place. */
    addresses: addressList,
  })
  .strict();

const TopologyNat = NatRuleArgs.extend({
  /** `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Replaces. */
  family: NatRuleArgs.shape.family.optional(),
}).strict();

const TopologyFilter = FilterRuleArgs.extend({
  /** `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Replaces. */
  family: FilterRuleArgs.shape.family.optional(),
}).strict();

export const TopologyArgs = z.object({
  /** Namespaces with their cables, addresses and routes, by their names: the arguments of a Node. Default: none. Updates in place. */
  nodes: z.record(namespaceName, NodeArgs.omit({ name: true, adopt: true }).strict()).default({}),
  /** Bridges by their names: the arguments of a Bridge, and `addresses`. Default: none. Updates in place. */
  bridges: z.record(linkName, TopologyBridge).default({}),
  /**
   * NAT rules by names of your choice: the arguments of a NatRule. Those that may see the same packet need different
   * priorities, as the map has no order. Default: none. Updates in place.
   */
  nat: z.record(z.string(), TopologyNat).default({}),
  /**
   * Filter rules by names of your choice: the arguments of a FilterRule. Those of one chain with different verdicts need
   * different priorities, as the map has no order. Default: none. Updates in place.
   */
  filter: z.record(z.string(), TopologyFilter).default({}),
  /** Routes of the host, as the arguments of a Route. Default: none. Updates in place. */
  routes: routeList,
  /** Kernel parameters of the host by key; each is set back when it is taken out. Default: none. Updates in place. */
  sysctls: z.record(sysctlKey, sysctlValue).default({}),
  /**
   * Take over what something else has made under these names. Deletion sets it back to what it was. Default: false.
   * Updates in place.
   */
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
