import { ICMP_TYPES, icmpTypeOf, STATES } from "../../fields/filter";
import { portList } from "../../fields/nat";
import { type Command, command } from "../../linux/command";
import { type Family, parseIp } from "../../linux/ip";
import { parsePorts, portValue, protocolOf } from "../../linux/protocols";
import type { PacketMatch, Part } from "./match";

/** Converts matches to the words and the order of `iptables -S`, and back. */

/** Seconds to wait for the lock of iptables-legacy. */
const WAIT = "5";

export const iptablesTool = (family: Family): Command["tool"] =>
  family === "ipv4" ? "iptables" : "ip6tables";

export const iptables = (
  family: Family,
  namespace: string | undefined,
  table: string,
  ...args: string[]
): Command => command(iptablesTool(family), namespace, ["-w", WAIT, "-t", table, ...args]);

/**
 * Returns the words of a match. A rule has room for one network and one type, so `sources`, `destinations` and
 * `icmpTypes` have at most one item here.
 */
export function matchWords(wanted: PacketMatch, family: Family = "ipv4"): string[] {
  const { source, destination, destinationType, inInterface, outInterface, protocol, port, sourcePort } =
    wanted;
  return [
    ...signed("-s", source ?? wanted.sources?.[0]),
    ...signed("-d", destination ?? wanted.destinations?.[0]),
    ...signed("-i", inInterface?.replace(/\*$/, "+")),
    ...signed("-o", outInterface?.replace(/\*$/, "+")),
    ...(protocol ? ["-p", protocol] : []),
    ...(destinationType ? ["-m", "addrtype", ...signed("--dst-type", destinationType.toUpperCase())] : []),
    ...(wanted.isForwarded ? ["-m", "conntrack", "--ctstate", "DNAT"] : []),
    ...(protocol ? writePorts(protocol, "s", sourcePort) : []),
    ...(protocol ? writePorts(protocol, "d", port) : []),
    ...(wanted.icmpTypes?.[0] === undefined ? [] : typeWords(wanted.icmpTypes[0], family)),
    ...(wanted.states ? ["-m", "conntrack", "--ctstate", wanted.states.join(",").toUpperCase()] : []),
  ];
}

function typeWords(type: string, family: Family): string[] {
  const number = String(ICMP_TYPES[family][type]);
  return family === "ipv4"
    ? ["-p", "icmp", "-m", "icmp", "--icmp-type", number]
    : ["-p", "icmpv6", "-m", "icmp6", "--icmpv6-type", number];
}

function signed(option: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  return value.startsWith("!") ? ["!", option, value.slice(1)] : [option, value];
}

function writePorts(protocol: string, side: "s" | "d", port: PacketMatch["port"]): string[] {
  if (port === undefined) return [];
  if (typeof port === "object") return ["-m", "multiport", `--${side}ports`, port.join(",")];
  return ["-m", protocol, `--${side}port`, String(port).replace("-", ":")];
}

/** The options of `matchWords` with a value. */
const WITH_VALUE = /^(-[sdiopm]|--(comment|ctstate|dst-type|icmp(v6)?-type|[sd]ports?))$/;

/** Options without a meaning of their own: the modules of other options, and the mark. */
const SILENT = /^(-m (tcp|udp|sctp|icmp6?|multiport|addrtype|conntrack|comment)|--comment .*)$/;

/**
 * Reads the options of a listed rule. `more` reads those that are not matches and tells which of them have a value.
 */
export function readWords<T extends PacketMatch>(
  words: readonly string[],
  more: { readonly withValue: RegExp; read(option: string, value: string): T | undefined },
): Part<T | PacketMatch>[] {
  const parts: Part<T | PacketMatch>[] = [];
  for (let at = 0; at < words.length; ) {
    const start = at;
    const sign = words[at] === "!" ? "!" : "";
    const option = words[sign ? ++at : at] ?? "";
    const isOther = more.withValue.test(option);
    const value = isOther || WITH_VALUE.test(option) ? (words[++at] ?? "") : "";
    const text = words.slice(start, ++at).join(" ");
    if (SILENT.test(text)) continue;
    const says = isOther && !sign ? more.read(option, value) : readOption(option, value, sign);
    parts.push({ text, says });
  }
  return parts;
}

function readOption(option: string, value: string, sign: "!" | ""): PacketMatch | undefined {
  const network = parseIp(value);
  const cidr = network && `${sign}${network.address}/${network.prefix}`;
  if (option === "-s") return { source: cidr };
  if (option === "-d") return { destination: cidr };
  if (option === "-i") return { inInterface: `${sign}${value.replace(/\+$/, "*")}` };
  if (option === "-o") return { outInterface: `${sign}${value.replace(/\+$/, "*")}` };
  if (option === "--dst-type") return readType(`${sign}${value}`);
  if (sign) return undefined;
  if (option === "-p") return { protocol: protocolOf(value) };
  if (option === "--ctstate") return value === "DNAT" ? { isForwarded: true } : readStates(value);
  if (option === "--icmp-type") return readIcmpType(value, "ipv4");
  if (option === "--icmpv6-type") return readIcmpType(value, "ipv6");
  if (/^--sports?$/.test(option)) return { sourcePort: readPorts(value) };
  return /^--dports?$/.test(option) ? { port: readPorts(value) } : undefined;
}

function readStates(value: string): PacketMatch | undefined {
  const states = value.toLowerCase().split(",");
  return states.every((state) => STATES.some((known) => known === state))
    ? { states: states.sort() }
    : undefined;
}

function readIcmpType(value: string, family: Family): PacketMatch | undefined {
  const type = icmpTypeOf(value, family);
  return type === undefined ? undefined : { icmpTypes: [type] };
}

function readType(signedType: string): PacketMatch | undefined {
  if (signedType === "LOCAL") return { destinationType: "local" };
  return signedType === "!MULTICAST" ? { destinationType: "!multicast" } : undefined;
}

function readPorts(text: string): PacketMatch["port"] {
  const ports = text.split(",").map((port) => parsePorts(port.replace(":", "-")));
  const [first] = ports;
  if (first && ports.length === 1) return portValue(first);
  const single = ports.flatMap((range) => (range && range[0] === range[1] ? range[0] : []));
  return single.length === ports.length ? portList(single) : undefined;
}
