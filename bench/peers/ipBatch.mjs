import { masquerading, script, setSysctls } from "./ip.mjs";

/** The fewest processes that `ip` allows: one for the host and one in each namespace, with both ends created in place. */
const up = ({ bridges, nodes, sysctls, masquerade }) => [
  ...setSysctls(sysctls),
  ...fed("ip -batch -", [
    ...Object.entries(bridges).flatMap(([name, { address }]) => [
      `link add ${name} type bridge`,
      ...(address ? [`addr add ${address} dev ${name}`] : []),
      `link set ${name} up`,
    ]),
    ...Object.entries(nodes).flatMap(([name, { interfaces }]) => [
      `netns add ${name}`,
      ...Object.entries(interfaces).map(
        ([link, { port, bridge }]) =>
          `link add ${port} master ${bridge} up type veth peer name ${link} netns ${name}`,
      ),
    ]),
  ]),
  ...Object.entries(nodes).flatMap(([name, { interfaces, routes, sysctls }]) => [
    ...setSysctls(sysctls).map((line) => `ip netns exec ${name} ${line}`),
    ...fed(`ip -n ${name} -batch -`, [
      ...Object.entries(interfaces).flatMap(([link, { address }]) => [
        `addr add ${address} dev ${link}`,
        `link set ${link} up`,
      ]),
      "link set lo up",
      ...routes.map(({ destination, via }) => `route add ${destination} via ${via}`),
    ]),
  ]),
  ...(masquerade ? fed("nft -f -", masquerading(masquerade)) : []),
];

const destroy = ({ bridges, nodes, masquerade }) => [
  ...fed("ip -batch -", [
    ...Object.keys(nodes).map((name) => `netns del ${name}`),
    ...Object.keys(bridges).map((name) => `link del ${name}`),
  ]),
  ...(masquerade ? ["nft delete table ip bench"] : []),
];

const fed = (command, lines) => [`${command} <<'END'`, ...lines, "END"];

export const ipBatch = {
  name: "ip -batch",
  needs: ["ip", "nft"],
  install: "apt-get install iproute2 nftables",
  call: (step, network, { folder }) => script(folder, (step === "up" ? up : destroy)(network)),
};
