import { kindsOfLink } from "../../provider/kinds";

/** The command that tries a feature, its input, and the kernel options that enable the feature. */
interface Trial {
  readonly config: string;
  /** The module that has it, where a kernel has it as one. */
  readonly module?: string;
  readonly words: readonly string[];
  readonly input?: string;
}

const links = (config: string, ...lines: readonly string[]): Trial => ({
  config,
  words: ["ip", "-batch", "-"],
  input: lines.map((line) => `link add ${line}\n`).join(""),
});

const nft = (config: string, module: string, ...lines: readonly string[]): Trial => ({
  ...{ config, module },
  words: ["nft", lines.join("; ")],
});

const VETH = "name try0 type veth peer name try1";

/** A trial of each kind of link. */
const LINKS = Object.fromEntries(
  kindsOfLink.map(({ links: { type, kernel } }) => [
    type,
    {
      ...links(kernel.config, ["name", "try0", "type", type, ...(kernel.words ?? [])].join(" ")),
      module: type,
    },
  ]),
);

/** The features that almost every program needs. */
export const NEEDED: readonly string[] = [
  ...kindsOfLink.flatMap(({ links: { type, kernel } }) => (kernel.isBasic ? [type] : [])),
  "nftables",
  "NAT (nftables)",
];

/**
 * The features of a kernel, and how to try them. Each trial runs in a network namespace that ends with the tool. Only
 * the modules that the kernel loads remain, as after the first `pulumi up`.
 */
export const FEATURES: Readonly<Record<string, Trial>> = {
  ...LINKS,
  "VLAN filtering": links("CONFIG_BRIDGE_VLAN_FILTERING", "name try0 type bridge vlan_filtering 1"),
  IPv6: {
    config: "CONFIG_IPV6",
    module: "ipv6",
    words: ["ip", "-6", "address", "add", "fd00::1/64", "dev", "lo"],
  },
  nftables: nft(
    "CONFIG_NF_TABLES",
    "nf_tables",
    "add table ip try",
    "add chain ip try c { type filter hook forward priority 0; }",
  ),
  "NAT (nftables)": nft(
    "CONFIG_NFT_NAT, CONFIG_NFT_MASQ",
    "nft_masq",
    "add table ip try",
    "add chain ip try c { type nat hook postrouting priority 100; }",
    "add rule ip try c masquerade",
  ),
  "NAT (iptables)": {
    config: "CONFIG_NFT_COMPAT, CONFIG_NETFILTER_XT_TARGET_MASQUERADE",
    module: "xt_MASQUERADE",
    words: ["iptables", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE"],
  },
  vxlan: { ...links("CONFIG_VXLAN", "name try0 type vxlan id 7 dstport 4789"), module: "vxlan" },
  vlan: { ...links("CONFIG_VLAN_8021Q", VETH, "link try0 name try2 type vlan id 7"), module: "8021q" },
  macvlan: { ...links("CONFIG_MACVLAN", VETH, "link try0 name try2 type macvlan"), module: "macvlan" },
  dummy: { ...links("CONFIG_DUMMY", "name try0 type dummy"), module: "dummy" },
  wireguard: { ...links("CONFIG_WIREGUARD", "name try0 type wireguard"), module: "wireguard" },
  vrf: { ...links("CONFIG_NET_VRF", "name try0 type vrf table 7"), module: "vrf" },
  netem: {
    config: "CONFIG_NET_SCH_NETEM",
    module: "sch_netem",
    words: ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"],
  },
  // The definition of a kind takes precedence.
  ...LINKS,
};
