// The networks as plain data, which every program and every peer gets.

const forwarding = { "net.ipv4.ip_forward": 1 };

/** Nodes around one bridge, each with an address and a default route. The bridge is the gateway to the outside. */
function star(n) {
  const address = (i) => `10.77.${1 + Math.floor(i / 250)}.${1 + (i % 250)}/16`;
  const node = (i) => ({
    interfaces: { eth0: { address: address(i), port: `p${i}`, bridge: "hub0", mtu: 1500 } },
    routes: [{ destination: "default", via: "10.77.0.1" }],
    sysctls: {},
  });
  return {
    bridges: { hub0: { address: "10.77.0.1/16" } },
    nodes: named(n, node),
    sysctls: forwarding,
    masquerade: "10.77.0.0/16",
  };
}

/**
 * Routers in a row, with a bridge between neighbours. Each sends unknown destinations to the right, and the first network's to the left.
 */
function chain(n) {
  const address = (link, host) => `10.78.${Math.floor(link / 64)}.${(link % 64) * 4 + host}`;
  const end = (i, link, host, port) => ({
    ...{ address: `${address(link, host)}/30`, port: `n${i}${port}`, bridge: `b${link}`, mtu: 1500 },
  });
  const node = (i) => ({
    interfaces: {
      ...(i > 0 && { left: end(i, i - 1, 2, "l") }),
      ...(i < n - 1 && { right: end(i, i, 1, "r") }),
    },
    routes: [
      { destination: "default", via: i < n - 1 ? address(i, 2) : address(i - 1, 1) },
      ...(i > 1 && i < n - 1 ? [{ destination: `${address(0, 0)}/30`, via: address(i - 1, 1) }] : []),
    ],
    sysctls: forwarding,
  });
  const bridges = Array.from({ length: n - 1 }, (_, link) => [`b${link}`, {}]);
  return { bridges: Object.fromEntries(bridges), nodes: named(n, node), sysctls: {} };
}

const named = (n, node) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`n${i}`, node(i)]));

const shapes = { star, chain };

export const shapeNames = Object.keys(shapes);

export const network = (shape, n) => shapes[shape](n);

/** The same network with one change: a smaller MTU on the first interface of one node. */
export function withChange({ nodes: { n0, ...others }, ...rest }) {
  const [[link, given], ...more] = Object.entries(n0.interfaces);
  const interfaces = { [link]: { ...given, mtu: 1400 }, ...Object.fromEntries(more) };
  return { ...rest, nodes: { n0: { ...n0, interfaces }, ...others } };
}

// A packet expires after 64 hops.
const farthest = 60;

/** The address that packets of the first node must reach. */
export function destination({ nodes }) {
  const all = Object.values(nodes);
  const [{ address }] = Object.values(all[Math.min(all.length, farthest) - 1].interfaces);
  return address.split("/")[0];
}

/** The number of resources that the single kinds need for it. */
export function resourceCount({ bridges, nodes, sysctls, masquerade }) {
  const ofNode = ({ interfaces, routes }) => 1 + 2 * Object.keys(interfaces).length + routes.length;
  const ofBridge = ({ address }) => (address ? 2 : 1);
  const count = (items, of) => Object.values(items).reduce((sum, item) => sum + of(item), 0);
  return count(nodes, ofNode) + count(bridges, ofBridge) + count(sysctls, () => 1) + (masquerade ? 1 : 0);
}
