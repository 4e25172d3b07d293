import { Node, Topology } from "../../../../sdk";
import { type Brief, type Row, rowsOf } from "../row";

/** One place of each sort. The rows of a part's kind cover its own fields. */

const nodeArgs = (at: number) => ({
  sysctls: { "net.ipv4.ip_forward": 1 },
  interfaces: { eth0: { addresses: [`10.88.${at}.1/24`] } },
  routes: [{ destination: "default", via: `10.88.${at}.254` }],
});

const nodeBriefs: readonly Brief[] = [
  ["loopback", {}, "ip -n NAME link set dev lo down", "update"],
  ["sysctls", {}, "ip netns exec NAME sysctl -q -w net.ipv4.ip_forward=0", "update"],
  ["interfaces.eth0.mtu", {}, "ip -n NAME link set dev eth0 mtu 1400", "update"],
  ["interfaces.eth0.peer.up", {}, "ip link set dev NAME-eth0 down", "update"],
  ["routes.[0].via", {}, "ip -n NAME route replace default via 10.88.#.253 proto 110", "update"],
  ["name", {}, "ip netns del NAME", "create"],
];

const topologyBriefs: readonly Brief[] = [
  ["bridges.NAME-br.stp", {}, "ip link set dev NAME-br type bridge stp_state 1", "update"],
  ["nodes.NAME-n.interfaces.eth0.mtu", {}, "ip -n NAME-n link set dev eth0 mtu 1400", "update"],
];

export const compositeRows: readonly Row[] = [
  ...rowsOf("Node", "node", (name, _, at) => new Node(name, nodeArgs(at)), nodeBriefs),
  ...rowsOf(
    "Topology",
    "lab",
    (name) =>
      new Topology(name, {
        bridges: { [`${name}-br`]: {} },
        nodes: {
          [`${name}-n`]: { interfaces: { eth0: { peer: { bridge: `${name}-br`, name: `${name}-e` } } } },
        },
      }),
    topologyBriefs,
  ).map((row) => ({ ...row, path: row.path.replace("NAME", row.name) })),
];
