import { address } from "../kinds/address";
import { bridge } from "../kinds/bridge";
import { dummy } from "../kinds/dummy";
import { filterRule } from "../kinds/filterRule/filterRule";
import { namespace } from "../kinds/namespace";
import { natRule } from "../kinds/natRule/natRule";
import { neighbor } from "../kinds/neighbor";
import { ovsBridge } from "../kinds/ovsBridge";
import { ovsPort } from "../kinds/ovsPort";
import { policyRule } from "../kinds/policyRule";
import { route } from "../kinds/route";
import { sysctl } from "../kinds/sysctl";
import { vethPair } from "../kinds/vethPair";
import { listOf, mapOf, type Table, valuesOf } from "./table";

/** Which kinds are arguments of a Node and of a Topology: a row each. Parts are begun in the order of the rows. */

/** What a link has. */
const onLink = { addresses: listOf(address), neighbors: listOf(neighbor) } satisfies Table;

/** Switches of Open vSwitch, and their ports. Its daemon is on the host, and so are they. */
const onHost = {
  ovsBridges: mapOf(ovsBridge, { inside: onLink }),
  ovsPorts: mapOf(ovsPort),
} satisfies Table;

/** What a node has: in its namespace, and of Open vSwitch on the host. */
export const inNode = {
  bridges: mapOf(bridge, { inside: onLink }),
  dummies: mapOf(dummy, { inside: onLink }),
  interfaces: mapOf(vethPair, { inside: onLink }),
  routes: listOf(route),
  policyRules: listOf(policyRule),
  linkSysctls: valuesOf(sysctl),
  nat: mapOf(natRule),
  filter: mapOf(filterRule),
  ...onHost,
} satisfies Table;

/** What a topology has: its nodes, and the same on the host. */
export const inTopology = {
  sysctls: valuesOf(sysctl),
  nodes: mapOf(namespace, { inside: inNode }),
  bridges: mapOf(bridge, { inside: onLink, isAnywhere: true }),
  dummies: mapOf(dummy, { inside: onLink }),
  interfaces: mapOf(vethPair, { inside: onLink }),
  routes: listOf(route),
  policyRules: listOf(policyRule),
  nat: mapOf(natRule, { isAnywhere: true }),
  filter: mapOf(filterRule, { isAnywhere: true }),
  ...onHost,
} satisfies Table;
