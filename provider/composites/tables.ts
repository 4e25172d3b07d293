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

/** The kinds that are arguments of a Node and of a Topology, a row each. Parts are started in the order of the rows. */

/** The arguments of a link. */
const onLink = { addresses: listOf(address), neighbors: listOf(neighbor) } satisfies Table;

/** Open vSwitch bridges and their ports. They are on the host, like the daemon. */
const onHost = {
  ovsBridges: mapOf(ovsBridge, { inside: onLink }),
  ovsPorts: mapOf(ovsPort),
} satisfies Table;

/** The arguments of a node: in its namespace, and Open vSwitch on the host. */
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

/** The arguments of a topology: nodes, and the same kinds on the host. */
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
