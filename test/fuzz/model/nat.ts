import type { Family } from "../ip";
import type { NatItem, Ports } from "../program";

type Args = NatItem["args"];

/** A rule as `nft list ruleset` or `iptables-save` shows it, a line per chain. */
export function natLines({ args }: NatItem, place: string, mark: string): string[] {
  const family = natFamily(args);
  const write = args.backend === "iptables" ? iptablesLine : nftLine;
  const rules: (readonly [chain: string, rule: Rule])[] = chainsOf(args).map((chain) => [
    chain,
    { ...args, ...matched(args, family), isForwarded: false },
  ]);
  if (args.hairpin !== undefined) rules.push(["postrouting", hairpin(args, args.hairpin, family)]);
  return rules.map(([chain, rule]) => `nat ${place} ${write(chain, family, rule, mark)}`);
}

/** A target that is one address is addressed by the host's own name; otherwise every address of its network. */
function hairpin(args: Args, network: string, family: Family): Rule {
  // `10.30.0.2`, `10.30.0.2:80-90`, `fd00:30::2`, `[fd00:30::2]:80`, or a range of two addresses with `-`.
  const bare = String(args.to).replace(/^\[(.*)\](:[\d-]+)?$/, "$1");
  const [first, second] = (family === "ipv4" ? bare.replace(/:.*/, "") : bare).split("-");
  return {
    ...{ ...args, kind: "masquerade", source: network, type: undefined, isForwarded: true, to: undefined },
    destination: second === undefined ? `${first}/${family === "ipv4" ? 32 : 128}` : network,
    ...{ inInterface: undefined, outInterface: undefined, port: undefined, sourcePort: undefined },
  };
}

/** The given family, or that of the first address; `10.1.0.2:80` is IPv4. */
export function natFamily({ family, source, destination, to, kind }: Args): Family {
  const addresses = [source, destination, kind === "redirect" ? undefined : to];
  const first = addresses.find((address) => address !== undefined);
  return family ?? (first === undefined || isIpv4(String(first)) ? "ipv4" : "ipv6");
}

export const isIpv4 = (text: string): boolean => /^!?\d+\./.test(text);

function chainsOf({ kind, inInterface }: Args): string[] {
  if (kind === "masquerade" || kind === "snat") return ["postrouting"];
  // Packets of the host itself have no incoming interface, and only pass `output`.
  return kind === "dnat" && inInterface === undefined ? ["prerouting", "output"] : ["prerouting"];
}

interface Matched {
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** As both tools name it, in lower case. */
  readonly type: "local" | "!multicast" | undefined;
  readonly outInterface: string | undefined;
}

/** The default matches: see docs/kinds/natRule.md. */
function matched({ kind, source, destination, outInterface }: Args, family: Family): Matched {
  const isAny = (network: string | undefined) => network === undefined || network.endsWith("/0");
  const narrow = (network: string | undefined) => (isAny(network) ? undefined : network);
  if (kind === "dnat" && destination === undefined) {
    return {
      source: narrow(source),
      destination: family === "ipv4" ? "!127.0.0.0/8" : "!::1/128",
      type: "local",
      outInterface,
    };
  }
  const isWide = isAny(source) || source?.startsWith("!");
  const outside = kind === "masquerade" && destination === undefined && !isWide;
  return {
    source: narrow(source),
    destination: outside ? `!${source}` : narrow(destination),
    type: kind === "masquerade" && (destination?.startsWith("!") ?? true) ? "!multicast" : undefined,
    outInterface: outInterface ?? (kind === "masquerade" && isWide ? "!lo" : undefined),
  };
}

type Rule = Omit<Args, keyof Matched> & Matched & { readonly isForwarded: boolean };

/** The matches in nft's words. A sign in front of a value negates it. */
export function signed(what: string, value: string | undefined, write: (text: string) => string): string[] {
  if (value === undefined) return [];
  return [value.startsWith("!") ? `${what} != ${write(value.slice(1))}` : `${what} ${write(value)}`];
}

export const quoted = (text: string): string => `"${text}"`;

/** nft omits the prefix length of a single address. */
export const bare =
  (family: Family) =>
  (network: string): string =>
    network.replace(family === "ipv4" ? /\/32$/ : /\/128$/, "");

function nftLine(chain: string, family: Family, rule: Rule, mark: string): string {
  const { kind, source, destination, type, inInterface, outInterface, protocol, port, sourcePort, to } = rule;
  const ip = family === "ipv4" ? "ip" : "ip6";
  const implied = port !== undefined || sourcePort !== undefined;
  return [
    `nftables ${family} ${chain}${rule.priority ? `/${rule.priority}` : ""}:`,
    ...(rule.isForwarded ? ["ct status dnat"] : []),
    ...signed("iifname", inInterface, quoted),
    ...signed("oifname", outInterface, quoted),
    ...signed(`${ip} saddr`, source, bare(family)),
    ...signed(`${ip} daddr`, destination, bare(family)),
    ...signed("fib daddr type", type, (text) => text),
    ...(protocol && !implied ? [`meta l4proto ${protocol === "icmpv6" ? "ipv6-icmp" : protocol}`] : []),
    ...(sourcePort === undefined ? [] : [`${protocol} sport ${nftPorts(sourcePort)}`]),
    ...(port === undefined ? [] : [`${protocol} dport ${nftPorts(port)}`]),
    kind === "masquerade" ? kind : `${kind} to ${nftTarget(String(to))}`,
    `comment "${mark}"`,
  ].join(" ");
}

export function nftPorts(ports: Ports): string {
  const [first, ...more] = portList(ports);
  return more.length === 0 ? `${first}` : `{ ${[first, ...more].join(", ")} }`;
}

/** A range of one port is a port; a list is sorted. */
function portList(ports: Ports): readonly (number | string)[] {
  if (Array.isArray(ports)) return [...ports].sort((a, b) => a - b);
  const [first, last] = String(ports).split("-");
  return [last === undefined || last === first ? `${first}` : `${first}-${last}`];
}

/** nft writes `[fd00::2]-[fd00::9]:80` for a range before a port; a port alone has a colon. */
function nftTarget(to: string): string {
  if (/^\d+(-\d+)?$/.test(to)) return `:${portList(to)}`;
  const [, addresses = to, ports] = /^(\[.*\]|[\d.-]+):(\d.*)$/.exec(to) ?? [];
  if (ports === undefined) return to;
  return `${addresses.replace("-", addresses.startsWith("[") ? "]-[" : "-")}:${portList(ports)}`;
}

/** Sorted clauses of an option and its value, as their order has no meaning. */
function iptablesLine(chain: string, family: Family, rule: Rule, mark: string): string {
  const { kind, source, destination, type, inInterface, outInterface, protocol, port, sourcePort, to } = rule;
  const signed = (option: string, value: string | undefined) => {
    if (value === undefined) return [];
    return [value.startsWith("!") ? `! ${option} ${value.slice(1)}` : `${option} ${value}`];
  };
  const wild = (name: string | undefined) => name?.replace("*", "+");
  const option = { masquerade: "", snat: "--to-source", dnat: "--to-destination", redirect: "--to-ports" }[
    kind
  ];
  const clauses = [
    ...signed("-s", source),
    ...signed("-d", destination),
    ...signed("-i", wild(inInterface)),
    ...signed("-o", wild(outInterface)),
    ...(protocol ? [`-p ${protocol === "icmpv6" ? "ipv6-icmp" : protocol}`] : []),
    ...signed("--dst-type", type?.toUpperCase()),
    ...iptablesPorts("s", sourcePort),
    ...iptablesPorts("d", port),
    ...(rule.isForwarded ? ["--ctstate DNAT"] : []),
    `--comment ${mark}${rule.priority ? `,priority=${rule.priority}` : ""}`,
    `-j ${kind.toUpperCase()}`,
    ...(to === undefined ? [] : [`${option} ${iptablesTarget(String(to))}`]),
  ];
  return `iptables ${family} ${chain}: ${clauses.sort().join(" ")}`;
}

function iptablesPorts(side: "s" | "d", ports: Ports | undefined): string[] {
  if (ports === undefined) return [];
  const list = portList(ports);
  return [
    list.length === 1
      ? `--${side}port ${String(list[0]).replace("-", ":")}`
      : `--${side}ports ${list.join(",")}`,
  ];
}

/** A range of one port is a port. */
const iptablesTarget = (to: string): string =>
  to.replace(/(\d+)-(\d+)$/, (range, first, last) => (first === last ? first : range));
