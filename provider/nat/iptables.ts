import { type Answer, type Command, command } from "../command";
import { type Family, parseIp } from "../fields/common";
import { parsePorts, portList, portValue, protocolOf } from "../fields/nat";
import { parseTarget, printTarget } from "../fields/natTarget";
import { isMarkOf } from "../mark";
import { parseRules } from "../parse/iptables";
import type { NatRuleArgs } from "../resources/natRule";
import { combine, type FoundLeg, type Kind, type Leg, type Marked, type NatMatch, type Part } from "./legs";

const TARGETS: Readonly<Record<Kind, readonly [target: string, option: string]>> = {
  masquerade: ["MASQUERADE", "--to-ports"],
  snat: ["SNAT", "--to-source"],
  dnat: ["DNAT", "--to-destination"],
  redirect: ["REDIRECT", "--to-ports"],
};

const KINDS: readonly Kind[] = ["masquerade", "snat", "dnat", "redirect"];

/** Seconds to wait for the lock that iptables-legacy takes. */
const WAIT = "5";

const iptables = (
  { namespace, family }: Pick<NatRuleArgs, "namespace" | "family">,
  ...args: string[]
): Command =>
  command(family === "ipv4" ? "iptables" : "ip6tables", namespace, ["-w", WAIT, "-t", "nat", ...args]);

export const probe = (args: NatRuleArgs): Command => iptables(args, "-S");

/** All NAT rules of a network namespace, for `surveyed`. */
export const survey = (namespace: string | undefined): Command[] =>
  (["ipv4", "ipv6"] as const).map((family) => iptables({ namespace, family }, "-S"));

/** The resources behind the rules in the answers to `survey`. */
export const surveyed = ([ipv4, ipv6]: readonly Answer[]): Marked[] => [
  ...markedIn("ipv4", ipv4),
  ...markedIn("ipv6", ipv6),
];

const markedIn = (family: Family, listing: Answer): Marked[] =>
  parseRules(listing).flatMap(({ comment: mark, words }) => {
    const { kind = "masquerade" } = combine(readWords(words));
    return isMarkOf("NatRule", mark) ? { kind, family, mark } : [];
  });

/** The rules with this mark in an answer to `probe`. */
export const find = (listing: string | undefined, mark: string): FoundLeg[] =>
  marked(listing, mark).map(({ chain, words }) => ({
    chain: chain.toLowerCase(),
    ...combine(readWords(words)),
  }));

/** Adds `wanted`, then deletes the rules with the mark `was`, so that there is no moment without any. */
export function change(
  listing: string | undefined,
  was: string,
  args: NatRuleArgs,
  wanted: readonly Leg[],
): Command[] {
  return [
    ...wanted.map((leg) => iptables(args, "-A", leg.chain.toUpperCase(), ...wordsOf(leg, args.mark))),
    ...marked(listing, was).map(({ chain, words }) => iptables(args, "-D", chain, ...words)),
  ];
}

const marked = (listing: string | undefined, mark: string) =>
  parseRules(listing).filter(({ comment }) => comment === mark);

/** A rule in the words and the order in which `iptables -S` lists it. */
export function wordsOf(leg: Leg, mark: string): string[] {
  const { kind, source, destination, local, inInterface, outInterface, protocol, port, sourcePort, to } = leg;
  const [target, option] = TARGETS[kind];
  return [
    ...signed("-s", source),
    ...signed("-d", destination),
    ...signed("-i", inInterface?.replace(/\*$/, "+")),
    ...signed("-o", outInterface?.replace(/\*$/, "+")),
    ...(protocol ? ["-p", protocol] : []),
    ...(local ? ["-m", "addrtype", "--dst-type", "LOCAL"] : []),
    ...(protocol ? writePorts(protocol, "s", sourcePort) : []),
    ...(protocol ? writePorts(protocol, "d", port) : []),
    ...["-m", "comment", "--comment", mark],
    ...["-j", target, ...(to === undefined ? [] : [option, to])],
  ];
}

function signed(option: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  return value.startsWith("!") ? ["!", option, value.slice(1)] : [option, value];
}

function writePorts(protocol: string, side: "s" | "d", port: NatMatch["port"]): string[] {
  if (port === undefined) return [];
  if (typeof port === "object") return ["-m", "multiport", `--${side}ports`, port.join(",")];
  return ["-m", protocol, `--${side}port`, String(port).replace("-", ":")];
}

/** Options with a value; every other word is one that no rule of ours has. */
const WITH_VALUE = /^(-[sdiopmj]|--(comment|dst-type|[sd]ports?|to-(source|destination|ports)))$/;

/** What says nothing by itself: the modules that options of ours come from, and the mark. */
const SILENT = /^(-m (tcp|udp|sctp|multiport|addrtype|comment)|--comment .*)$/;

function readWords(words: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < words.length; ) {
    const start = at;
    const sign = words[at] === "!" ? "!" : "";
    const option = words[sign ? ++at : at] ?? "";
    const value = WITH_VALUE.test(option) ? (words[++at] ?? "") : "";
    const text = words.slice(start, ++at).join(" ");
    if (!SILENT.test(text)) parts.push({ text, says: read(option, value, sign) });
  }
  return parts;
}

function read(option: string, value: string, sign: "!" | ""): NatMatch | undefined {
  const network = parseIp(value);
  const cidr = network && `${sign}${network.address}/${network.prefix}`;
  if (option === "-s") return { source: cidr };
  if (option === "-d") return { destination: cidr };
  if (option === "-i") return { inInterface: `${sign}${value.replace(/\+$/, "*")}` };
  if (option === "-o") return { outInterface: `${sign}${value.replace(/\+$/, "*")}` };
  if (sign) return undefined;
  if (option === "-p") return { protocol: protocolOf(value) };
  if (/^--sports?$/.test(option)) return { sourcePort: readPorts(value) };
  if (/^--dports?$/.test(option)) return { port: readPorts(value) };
  if (option === "--dst-type") return value === "LOCAL" ? { local: true } : undefined;
  if (option === "-j") return { kind: KINDS.find((kind) => TARGETS[kind][0] === value) };
  // A port alone has a colon before it, but for REDIRECT.
  const target = option.startsWith("--to-") ? parseTarget(value.replace(/^:/, "")) : undefined;
  return target && { to: printTarget(target) };
}

function readPorts(text: string): NatMatch["port"] {
  const ports = text.split(",").map((port) => parsePorts(port.replace(":", "-")));
  const [first] = ports;
  if (first && ports.length === 1) return portValue(first);
  const single = ports.flatMap((range) => (range && range[0] === range[1] ? range[0] : []));
  return single.length === ports.length ? portList(single) : undefined;
}
