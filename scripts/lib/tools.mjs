// One entry per package: its name for each package manager, its commands and their purpose.
const packages = [
  {
    names: { apt: "iproute2", dnf: "iproute", pacman: "iproute2", apk: "iproute2" },
    commands: ["ip"],
    why: "makes namespaces, links, addresses and routes",
  },
  {
    names: { apt: "nftables", dnf: "nftables", pacman: "nftables", apk: "nftables" },
    commands: ["nft"],
    why: "makes NAT rules",
  },
  {
    names: { apt: "iptables", dnf: "iptables-nft", pacman: "iptables", apk: "iptables" },
    commands: ["iptables"],
    why: "makes NAT rules for those who ask for this backend",
  },
  {
    names: { apt: "iputils-ping", dnf: "iputils", pacman: "iputils", apk: "iputils" },
    commands: ["ping"],
    why: "proves that packets arrive",
  },
  {
    names: { apt: "procps", dnf: "procps-ng", pacman: "procps-ng", apk: "procps-ng" },
    commands: ["sysctl", "ps"],
    why: "reads kernel settings and names processes",
  },
  {
    names: { apt: "conntrack", dnf: "conntrack-tools", pacman: "conntrack-tools", apk: "conntrack-tools" },
    commands: ["conntrack"],
    why: "forgets connections that a changed NAT rule would leave behind",
  },
  {
    names: { apt: "util-linux", dnf: "util-linux", pacman: "util-linux", apk: "util-linux" },
    commands: ["unshare", "nsenter", "flock"],
    why: "makes and enters the sandbox",
  },
];

const managers = {
  apt: ["Debian, Ubuntu", "apt-get install -y"],
  dnf: ["Fedora, RHEL", "dnf install -y"],
  pacman: ["Arch", "pacman -S --needed --noconfirm"],
  apk: ["Alpine", "apk add"],
};

/** Tools for tests only. Without them those tests are skipped. */
const forTests = [
  {
    names: { apt: "firewalld", dnf: "firewalld", pacman: "firewalld", apk: "firewalld" },
    commands: ["firewalld", "firewall-cmd", "dbus-daemon"],
    why: "runs beside our rules in tests",
  },
  {
    names: { apt: "openvswitch-switch", dnf: "openvswitch", pacman: "openvswitch", apk: "openvswitch" },
    commands: ["ovs-vswitchd", "ovsdb-server", "ovsdb-tool", "ovs-vsctl", "ovs-appctl"],
    why: "runs the switches that tests make",
  },
];

/** The packages with a missing command, each with only its missing commands. */
export const missingPackages = (has) => missingAmong(packages, has);

export const missingTestPackages = (has) => missingAmong(forTests, has);

const missingAmong = (some, has) =>
  some
    .map((entry) => ({ ...entry, commands: entry.commands.filter((command) => !has(command)) }))
    .filter(({ commands }) => commands.length > 0);

export const packageNames = (missing, manager) => missing.map(({ names }) => names[manager]);

export const missingLine = ({ commands, why, names }) =>
  `${commands.join(", ")} ${commands.length > 1 ? "are" : "is"} missing: ${why}; comes with ${names.apt}`;

/** One exact command per package manager, aligned. */
export function installCommands(missing, isRoot) {
  const prefix = isRoot ? "" : "sudo ";
  return Object.entries(managers).map(
    ([manager, [where, install]]) =>
      `${where.padEnd(15)} ${prefix}${install} ${packageNames(missing, manager).join(" ")}`,
  );
}
