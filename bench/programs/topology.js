// A single resource for the whole network.
const { Topology } = require("pulumi-netns");
const { network, nodeArguments } = require("./network");

const mapped = (items, map) =>
  Object.fromEntries(Object.entries(items).map(([key, item]) => [key, map(item)]));

new Topology("lab", {
  nodes: mapped(network.nodes, nodeArguments),
  bridges: mapped(network.bridges, ({ address }) => ({ addresses: address ? [address] : [] })),
  sysctls: network.sysctls,
  nat: network.masquerade ? { out: { kind: "masquerade", source: network.masquerade } } : {},
});
