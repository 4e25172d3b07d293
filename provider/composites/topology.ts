import { z } from "zod";
import { linkName, macAddress, namespaceName } from "../fields/common";
import { sysctlKey, sysctlValue } from "../fields/sysctl";
import { parseMark } from "../mark";
import { address } from "../resources/address";
import { BridgeArgs, bridge } from "../resources/bridge";
import { NatRuleArgs, natRule } from "../resources/natRule";
import { RouteArgs, route } from "../resources/route";
import { sysctl } from "../resources/sysctl";
import { type Composite, type Part, type Path, under } from "./composite";
import { addressParts, bridgeKey, InterfaceAddresses, NodeArgs, nodeParts, routeKey } from "./node";

const TopologyBridge = BridgeArgs.omit({ name: true, adopt: true })
  .extend({
    /** MAC address; pinned. Default: one made from the mark. Updates in place. */
    mac: macAddress.optional(),
    /** Addresses of the bridge itself, as those of a node's interface. Default: none. Updates in place. */
    addresses: InterfaceAddresses,
  })
  .strict();

export const TopologyArgs = z.object({
  /** Namespaces with their cables, addresses and routes, by their names: the arguments of a Node. Default: none. Updates in place. */
  nodes: z.record(namespaceName, NodeArgs.omit({ name: true, adopt: true }).strict()).default({}),
  /** Bridges by their names: the arguments of a Bridge, and `addresses`. Default: none. Updates in place. */
  bridges: z.record(linkName, TopologyBridge).default({}),
  /** NAT rules by names of your choice: the arguments of a NatRule. Default: none. Updates in place. */
  nat: z
    .record(z.string(), NatRuleArgs.extend({ family: NatRuleArgs.shape.family.optional() }).strict())
    .default({}),
  /** Routes of the host, as the arguments of a Route. Default: none. Updates in place. */
  routes: z.array(RouteArgs.omit({ adopt: true }).strict()).default([]),
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
  parts: ({ nodes, bridges, nat, routes, sysctls, adopt }) => {
    const links = Object.entries(bridges).flatMap(([name, given]) =>
      bridgeParts(name, given, ["bridges", name], adopt),
    );
    return [
      ...Object.entries(sysctls).map(([key, value]): Part => {
        const entry = ["sysctls", key];
        return {
          key: `sysctl ${key}`,
          definition: sysctl,
          args: { key, value },
          on: [],
          entry,
          fields: { value: entry },
        };
      }),
      ...links,
      ...Object.entries(nodes).flatMap(([name, given]) =>
        nodeParts({ ...given, name, adopt }, ["nodes", name]),
      ),
      ...routes.map((given, at): Part => {
        const entry = ["routes", at];
        const key = routeKey(given.namespace ?? "", given);
        const on = links.filter(({ definition }) => definition === address).map(({ key }) => key);
        return {
          key,
          definition: route,
          args: { ...given, adopt },
          on,
          entry,
          fields: under(entry, Object.keys(RouteArgs.shape)),
        };
      }),
      ...Object.entries(nat).map(([name, given]): Part => {
        const entry = ["nat", name];
        const on = given.namespace === undefined ? [] : [given.namespace];
        return {
          key: `nat ${name}`,
          definition: natRule,
          args: given,
          on,
          entry,
          fields: under(entry, Object.keys(NatRuleArgs.shape)),
        };
      }),
    ];
  },
};

function bridgeParts(
  name: string,
  { addresses, ...given }: z.output<typeof TopologyBridge>,
  entry: Path,
  adopt: boolean | undefined,
): Part[] {
  const { namespace } = given;
  const key = bridgeKey(namespace, name);
  return [
    {
      ...{ key, definition: bridge, args: { ...given, name, adopt }, entry },
      on: namespace === undefined ? [] : [namespace],
      fields: under(entry, Object.keys(BridgeArgs.shape)),
    },
    ...addressParts(key, { interface: name, namespace, adopt }, addresses, [...entry, "addresses"]),
  ];
}
