import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** One process per command, as people write it: both cable ends start on the host, and one is moved and renamed. */
function up({ bridges, nodes, sysctls, masquerade }) {
  return [
    ...setSysctls(sysctls),
    ...Object.entries(bridges).flatMap(([name, { address }]) => [
      `ip link add ${name} type bridge`,
      ...(address ? [`ip addr add ${address} dev ${name}`] : []),
      `ip link set ${name} up`,
    ]),
    ...masquerading(masquerade).map((line) => `nft '${line}'`),
    ...Object.entries(nodes).flatMap(([name, { interfaces, routes, sysctls }]) => [
      `ip netns add ${name}`,
      ...Object.entries(interfaces).flatMap(([link, { address, port, bridge }], at) => [
        `ip link add ${port} type veth peer name tmp${at}`,
        `ip link set tmp${at} netns ${name}`,
        `ip -n ${name} link set tmp${at} name ${link}`,
        `ip link set ${port} master ${bridge}`,
        `ip link set ${port} up`,
        `ip -n ${name} addr add ${address} dev ${link}`,
        `ip -n ${name} link set ${link} up`,
      ]),
      `ip -n ${name} link set lo up`,
      ...setSysctls(sysctls).map((line) => `ip netns exec ${name} ${line}`),
      ...routes.map(({ destination, via }) => `ip -n ${name} route add ${destination} via ${via}`),
    ]),
  ];
}

const destroy = ({ bridges, nodes, masquerade }) => [
  ...Object.keys(nodes).map((name) => `ip netns del ${name}`),
  ...Object.keys(bridges).map((name) => `ip link del ${name}`),
  ...(masquerade ? ["nft delete table ip bench"] : []),
];

export const setSysctls = (sysctls) =>
  Object.entries(sysctls).map(([key, value]) => `sysctl -q -w ${key}=${value}`);

/** The NAT rule in the words of `nft`. */
export const masquerading = (network) =>
  network
    ? [
        "add table ip bench",
        "add chain ip bench out { type nat hook postrouting priority 100; }",
        `add rule ip bench out ip saddr ${network} ip daddr != ${network} masquerade`,
      ]
    : [];

/** The command that runs a script of these lines. */
export function script(folder, lines) {
  const file = join(folder, "script.sh");
  writeFileSync(file, ["set -e", ...lines, ""].join("\n"));
  return { command: "sh", args: [file] };
}

export const ip = {
  name: "ip by hand",
  needs: ["ip", "nft"],
  install: "apt-get install iproute2 nftables",
  call: (step, network, { folder }) => script(folder, (step === "up" ? up : destroy)(network)),
};
