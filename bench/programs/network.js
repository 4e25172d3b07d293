// Shared by the three programs: the network to build, and a node of it as our arguments.
const { readFileSync } = require("node:fs");

exports.network = JSON.parse(readFileSync(process.env.BENCH_NETWORK, "utf8"));

exports.nodeArguments = ({ interfaces, routes, sysctls }) => ({
  interfaces: Object.fromEntries(
    Object.entries(interfaces).map(([link, { address, port, bridge, mtu }]) => [
      link,
      { mtu, peer: { bridge, name: port }, addresses: [address] },
    ]),
  ),
  routes,
  sysctls,
});
