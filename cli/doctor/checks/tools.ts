import type { Check, Finding } from "../finding";

/** The packages of each tool: in Debian and Ubuntu, and in Fedora. */
const NEEDED: Readonly<Record<string, readonly [apt: string, dnf: string]>> = {
  ip: ["iproute2", "iproute"],
  nft: ["nftables", "nftables"],
  sysctl: ["procps", "procps-ng"],
  ps: ["procps", "procps-ng"],
};

/** The packages of optional tools, with their purpose. */
const WANTED: Readonly<Record<string, readonly [apt: string, dnf: string, why: string]>> = {
  iptables: ["iptables", "iptables-nft", "a NatRule or FilterRule with the backend iptables"],
  ip6tables: ["iptables", "iptables-nft", "the same for IPv6"],
  conntrack: ["conntrack", "conntrack-tools", "a NatRule to forget old connections"],
  ping: ["iputils-ping", "iputils", "Reachability and `pulumi-netns trace`"],
  ss: ["iproute2", "iproute", "`pulumi-netns trace` to ports"],
  unshare: ["util-linux", "util-linux", "`pulumi-netns sandbox`"],
  nsenter: ["util-linux", "util-linux", "`pulumi-netns sandbox`"],
  flock: ["util-linux", "util-linux", "`pulumi-netns sandbox`"],
  "firewall-cmd": ["firewalld", "firewalld", "a FilterRule with the backend firewalld"],
  "ovs-vsctl": ["openvswitch-switch", "openvswitch", "OvsBridge and OvsPort"],
};

/** Checks that the tools are installed. */
export const tools: Check = {
  title: "Tools",
  run: ({ tools }) =>
    tools.map(({ name, version }) => (version === undefined ? missing(name) : found(name, version))),
};

function found(name: string, version: string): Finding {
  if (!/busybox/i.test(version)) return { level: "ok", subject: name, text: version };
  const [apt, dnf] = NEEDED[name] ?? WANTED[name] ?? ["", ""];
  return {
    ...{ level: "problem", subject: name, text: "the one of BusyBox, which lacks needed options" },
    fix: install(apt, dnf),
  };
}

function missing(name: string): Finding {
  const needed = NEEDED[name];
  if (needed) return { level: "problem", subject: name, text: "not installed", fix: install(...needed) };
  const [apt, dnf, why] = WANTED[name] ?? [];
  if (apt === undefined || dnf === undefined)
    return {
      ...{ level: "warning", subject: name, text: "not on PATH" },
      fix: "https://www.pulumi.com/docs/iac/download-install/, or put it on PATH",
    };
  return {
    level: "warning",
    subject: name,
    text: `not installed; needed for ${why}`,
    fix: install(apt, dnf),
  };
}

const install = (apt: string, dnf: string): string => `apt install ${apt} | dnf install ${dnf}`;
