/**
 * A Pulumi program as plain data. Resources refer to each other by their names in Pulumi: `bridge1`, and `cable1.end`, `cable1.peer` for
 * the two links of a cable. A field that is not given is `undefined`.
 */
export type Program = readonly Item[];

export type Item =
  | NamespaceItem
  | BridgeItem
  | NodeItem
  | TopologyItem
  | CableItem
  | LinkItem
  | AddressItem
  | RouteItem
  | NeighborItem
  | PolicyItem
  | NatItem
  | FilterItem
  | SysctlItem;
export type Kind = Item["kind"];
export type ItemOf<K extends Kind> = Extract<Item, { kind: K }>;

interface Declared<K extends string, A> {
  readonly kind: K;
  readonly name: string;
  /** Its name in the previous program, as in Pulumi's `aliases`. */
  readonly formerly: string | undefined;
  /** Whether it omits the alias, which makes it another resource for Pulumi. */
  readonly isSilent?: boolean | undefined;
  /** Whether it may take over objects that another resource gives up in the same run. */
  readonly takesOver?: boolean | undefined;
  /** Whether it refers by name instead of by resource. */
  readonly byName: boolean;
  /** The Node or Topology that it is a part of; then it is not a resource of its own. */
  readonly within?: string | undefined;
  readonly args: A;
}

export type NamespaceItem = Declared<
  "Namespace",
  {
    readonly name: string | undefined;
    readonly loopback: boolean | undefined;
    readonly killProcesses: boolean | undefined;
    readonly sysctls: Readonly<Record<string, number | string>> | undefined;
  }
>;

export type BridgeItem = Declared<
  "Bridge",
  {
    readonly name: string | undefined;
    readonly namespace: string | undefined;
    readonly mac: string | undefined;
    readonly mtu: number | undefined;
    readonly stp: boolean | undefined;
    readonly forwardDelay: number | undefined;
    readonly ageingTime: number | undefined;
    readonly groupFwdMask: number | undefined;
    readonly up: boolean | undefined;
  }
>;

/** Its parts are the items `within` it: one namespace and its content. */
export type NodeItem = Declared<"Node", Readonly<Record<never, never>>>;

/** The same, with any number and kinds of parts. */
export type TopologyItem = Declared<"Topology", Readonly<Record<never, never>>>;

export interface End {
  readonly name: string | undefined;
  /** Omitted if a bridge is given, whose namespace it then has. */
  readonly namespace: string | undefined;
  readonly bridge: string | undefined;
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  readonly up: boolean | undefined;
}

/** A link of a kind that has rows in test/kinds/. */
export type LinkItem = Declared<
  "Link",
  {
    /** Its class: `Dummy`. */
    readonly of: string;
    readonly name: string | undefined;
    /** Omitted if a bridge is given, as with an end. */
    readonly namespace: string | undefined;
    readonly bridge: string | undefined;
    readonly mac: string | undefined;
    readonly mtu: number | undefined;
    readonly up: boolean | undefined;
  }
>;

export type CableItem = Declared<"VethPair", { readonly end: End; readonly peer: End & { name: string } }>;

export type AddressItem = Declared<
  "Address",
  {
    readonly interface: string;
    readonly address: string;
    readonly peer: string | undefined;
    readonly scope: "global" | "link" | "host" | undefined;
    readonly nodad: boolean | undefined;
  }
>;

export interface Nexthop {
  readonly via: string | undefined;
  readonly interface: string | undefined;
  readonly weight: number | undefined;
  readonly onlink: boolean | undefined;
}

export type RouteItem = Declared<
  "Route",
  {
    readonly destination: string;
    readonly namespace: string | undefined;
    readonly via: string | undefined;
    readonly interface: string | undefined;
    readonly metric: number | undefined;
    readonly table: number | "main" | "local" | "default" | undefined;
    readonly source: string | undefined;
    readonly mtu: number | undefined;
    readonly onlink: boolean | undefined;
    readonly type: "unicast" | "blackhole" | "unreachable" | "prohibit" | undefined;
    readonly nexthops: readonly Nexthop[] | undefined;
  }
>;

export type NeighborItem = Declared<
  "Neighbor",
  {
    readonly interface: string;
    /** Without a prefix length. */
    readonly address: string;
    readonly lladdr: string | undefined;
    readonly state: "permanent" | "noarp" | undefined;
    readonly router: boolean | undefined;
    readonly proxy: boolean | undefined;
  }
>;

/** `iif` and `oif` are links of the program, or `lo`. */
export type PolicyItem = Declared<
  "PolicyRule",
  {
    readonly priority: number;
    readonly namespace: string | undefined;
    readonly family: "ipv4" | "ipv6" | undefined;
    readonly from: string | undefined;
    readonly to: string | undefined;
    readonly iif: string | undefined;
    readonly oif: string | undefined;
    readonly fwmark: string | number | undefined;
    readonly ipproto: "tcp" | "udp" | "sctp" | "icmp" | "icmpv6" | "esp" | "ah" | undefined;
    readonly sport: number | string | undefined;
    readonly dport: number | string | undefined;
    readonly uidrange: number | string | undefined;
    readonly tos: number | undefined;
    readonly invert: boolean | undefined;
    readonly action: "lookup" | "blackhole" | "unreachable" | "prohibit" | undefined;
    readonly table: number | "main" | "local" | "default" | undefined;
    readonly suppressPrefixlength: number | undefined;
  }
>;

export type Ports = number | string | number[];

export type NatItem = Declared<
  "NatRule",
  {
    readonly kind: "masquerade" | "snat" | "dnat" | "redirect";
    readonly namespace: string | undefined;
    readonly backend: "nftables" | "iptables" | undefined;
    readonly family: "ipv4" | "ipv6" | undefined;
    readonly source: string | undefined;
    readonly destination: string | undefined;
    readonly inInterface: string | undefined;
    readonly outInterface: string | undefined;
    readonly protocol: "tcp" | "udp" | "sctp" | "icmp" | "icmpv6" | "esp" | "ah" | undefined;
    readonly port: Ports | undefined;
    readonly sourcePort: Ports | undefined;
    readonly priority: number | undefined;
    /** A network. */
    readonly hairpin: string | undefined;
    readonly to: string | number | undefined;
  }
>;

export type FilterItem = Declared<
  "FilterRule",
  {
    readonly chain: "input" | "output" | "forward";
    readonly namespace: string | undefined;
    readonly family: "ipv4" | "ipv6" | undefined;
    readonly priority: number | undefined;
    readonly inInterface: string | undefined;
    readonly outInterface: string | undefined;
    readonly source: string | string[] | undefined;
    readonly destination: string | string[] | undefined;
    readonly protocol: "tcp" | "udp" | "sctp" | "icmp" | "icmpv6" | "esp" | "ah" | undefined;
    readonly port: Ports | undefined;
    readonly sourcePort: Ports | undefined;
    readonly icmpType: string | string[] | undefined;
    readonly state: string | string[] | undefined;
    readonly verdict: "accept" | "drop" | "reject" | "log";
    readonly rejectWith: Rejection | undefined;
    readonly logPrefix: string | undefined;
    readonly logLevel: "err" | "warn" | "info" | undefined;
  }
>;

export type Rejection =
  | "port-unreachable"
  | "host-unreachable"
  | "net-unreachable"
  | "admin-prohibited"
  | "tcp-reset";

export type SysctlItem = Declared<
  "Sysctl",
  {
    /** With LINK for the kernel's name of `link`. */
    readonly key: string;
    readonly link: string | undefined;
    readonly value: number | string | boolean;
    readonly namespace: string | undefined;
  }
>;

export const ofKind = <K extends Kind>(program: Program, kind: K): ItemOf<K>[] =>
  program.filter((item): item is ItemOf<K> => item.kind === kind);

/** `list[pick]`, modulo its length; `undefined` for an empty list. */
export const picked = <T>(list: readonly T[], pick: number): T | undefined => list[pick % list.length];

/** Picks a kind first, and then an item, as some kinds have many items and others few. */
export function pickedByKind(program: Program, pick: number): Item | undefined {
  const kind = picked([...new Set(program.map((item) => item.kind))], pick);
  return picked(
    program.filter((item) => item.kind === kind),
    Math.floor(pick / 12),
  );
}

/** A name that neither list contains: `cable1`, `cable2`, … */
export function freshName(stem: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) if (!taken.includes(`${stem}${number}`)) return `${stem}${number}`;
}
