// A Node for every node, and single kinds for the rest.
const { Address, Bridge, NatRule, Node, Sysctl } = require("pulumi-netns");
const { network, nodeArguments } = require("./network");

for (const [name, { address }] of Object.entries(network.bridges)) {
  const bridge = new Bridge(name);
  if (address) new Address(`${name}-address`, { interface: bridge, address });
}
for (const [key, value] of Object.entries(network.sysctls)) new Sysctl(key, { key, value });
if (network.masquerade) new NatRule("out", { kind: "masquerade", source: network.masquerade });

// Referenced by name, as the bridges are declared before.
for (const [name, node] of Object.entries(network.nodes)) new Node(name, nodeArguments(node));
