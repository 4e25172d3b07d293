/** Words that try something, and what is typed to it. */
interface Trial {
  readonly words: readonly string[];
  readonly input?: string;
}

const links = (...lines: readonly string[]): Trial => ({
  words: ["ip", "-batch", "-"],
  input: lines.map((line) => `link add ${line}\n`).join(""),
});

const nft = (...lines: readonly string[]): Trial => ({ words: ["nft", lines.join("; ")] });

const VETH = "name try0 type veth peer name try1";

/**
 * What a kernel may or may not have, and what tries it. All happens in a network namespace that goes with the tool:
 * nothing is left but the modules that the kernel has loaded, as it would at the first `pulumi up`.
 */
export const FEATURES: Readonly<Record<string, Trial>> = {
  veth: links(VETH),
  bridge: links("name try0 type bridge"),
  "VLAN filtering": links("name try0 type bridge vlan_filtering 1"),
  IPv6: { words: ["ip", "-6", "address", "add", "fd00::1/64", "dev", "lo"] },
  nftables: nft("add table ip try", "add chain ip try c { type filter hook forward priority 0; }"),
  "NAT (nftables)": nft(
    "add table ip try",
    "add chain ip try c { type nat hook postrouting priority 100; }",
    "add rule ip try c masquerade",
  ),
  "NAT (iptables)": { words: ["iptables", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE"] },
  vxlan: links("name try0 type vxlan id 7 dstport 4789"),
  vlan: links(VETH, "link try0 name try2 type vlan id 7"),
  macvlan: links(VETH, "link try0 name try2 type macvlan"),
  dummy: links("name try0 type dummy"),
  wireguard: links("name try0 type wireguard"),
  vrf: links("name try0 type vrf table 7"),
  netem: { words: ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"] },
};
