// One resource per object.
const { Address, Bridge, Namespace, NatRule, Route, Sysctl, VethPair } = require("pulumi-netns");
const { network } = require("./network");

const bridges = new Map();
for (const [name, { address }] of Object.entries(network.bridges)) {
  bridges.set(name, new Bridge(name));
  if (address) new Address(`${name}-address`, { interface: bridges.get(name), address });
}
for (const [key, value] of Object.entries(network.sysctls)) new Sysctl(key, { key, value });
if (network.masquerade) new NatRule("out", { kind: "masquerade", source: network.masquerade });

for (const [name, { interfaces, routes, sysctls }] of Object.entries(network.nodes)) {
  const namespace = new Namespace(name, { sysctls });
  for (const [link, { address, port, bridge, mtu }] of Object.entries(interfaces)) {
    const cable = new VethPair(`${name}-${link}`, {
      end: { name: link, namespace, mtu },
      peer: { name: port, bridge: bridges.get(bridge), mtu },
    });
    new Address(`${name}-${link}-address`, { interface: cable.end, address });
  }
  routes.forEach((route, at) => {
    new Route(`${name}-route-${at}`, { namespace, ...route });
  });
}
