import { covers } from "../../linux/prefix";
import { parseSaved, type SavedChain, type SavedRule } from "../../linux/read/iptables";
import { all, any, not, type Packet, type Passage, stateOf, type Tri } from "../packet";
import type { Chain, Rule, Verdict } from "./chain";

/** Judges rules as `iptables-save --counters` prints them. */

/** The priorities of the built-in chains: `enum nf_ip_hook_priorities` in the kernel. */
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0, security: 50 };

const priorityOf = (table: string, hook: string): number =>
  table === "nat" ? (hook === "prerouting" || hook === "output" ? -100 : 100) : (PRIORITIES[table] ?? 0);

/** Returns the chains in the output of `iptables-save --counters` or `ip6tables-save --counters`. */
export const parseIptables = (
  text: string | undefined,
  tool: "iptables" | "iptables-legacy",
  family: "ip" | "ip6",
): Chain[] =>
  parseSaved(text).map(({ table, name, policy, rules }) => ({
    ...{ tool, family, table, name },
    ...(policy && { base: baseOf(table, name, policy) }),
    rules: rules.map(toRule),
  }));

function baseOf(
  table: string,
  name: string,
  { target, packets }: NonNullable<SavedChain["policy"]>,
): NonNullable<Chain["base"]> {
  const hook = name.toLowerCase();
  return {
    hook,
    type: table === "nat" ? "nat" : "filter",
    priority: priorityOf(table, hook),
    policy: target === "DROP" ? "drop" : "accept",
    packets,
  };
}

function toRule({ text, words, comment, packets }: SavedRule): Rule {
  const { conditions, target, values } = read(words);
  const verdict = verdictOf(target, values);
  const fitsTo = (passage: Passage) => all(conditions.map((condition) => condition(passage)));
  const isNotrack = target?.name === "NOTRACK" || (target?.name === "CT" && values.has("--notrack"));
  return {
    ...{ text, comment, packets },
    untracks: isNotrack ? fitsTo : undefined,
    judge(passage) {
      if (verdict === "nothing") return "nothing";
      const fits = fitsTo(passage);
      if (fits === false) return "nothing";
      return fits === undefined ? { does: "doubt", may: verdict } : verdict;
    },
  };
}

type Condition = (passage: Passage) => Tri;

interface Read {
  readonly conditions: readonly Condition[];
  readonly target: { readonly word: "-j" | "-g"; readonly name: string } | undefined;
  /** Options with a value, including those of the target. */
  readonly values: ReadonlyMap<string, string>;
}

/** Parses the words of a rule. */
function read(words: readonly string[]): Read {
  const conditions: Condition[] = [];
  const values = new Map<string, string>();
  let target: Read["target"];
  for (let at = 0; at < words.length; ) {
    const isNegated = words[at] === "!";
    if (isNegated) at++;
    const option = words[at++] ?? "";
    const start = at;
    // A value may be a negative number, but never begins with two dashes.
    while (at < words.length && words[at] !== "!" && !/^-(-|[a-z]$)/.test(words[at] ?? "")) at++;
    const value = words.slice(start, at).join(" ");
    if (option === "-j" || option === "-g") target = { word: option, name: value };
    else if (target) values.set(option, value);
    else {
      values.set(option, value);
      const condition = conditionOf(option, value);
      if (condition) conditions.push(isNegated ? (passage) => not(condition(passage)) : condition);
    }
  }
  return { conditions, target, values };
}

/** Modules that match something even without an option. */
const MATCHING = /^(socket|rpfilter|eui64|ah|frag|dst|hbh|rt|mh)$/;

function conditionOf(option: string, value: string): Condition | undefined {
  const words = value.split(",");
  switch (option) {
    case "-m":
      return MATCHING.test(value) ? () => undefined : undefined;
    case "--comment":
    case "--limit":
    case "--limit-burst":
      return undefined;
    case "-s":
      return ({ packet }) => isIn(value, packet.source);
    case "-d":
      return ({ packet }) => isIn(value, packet.destination);
    case "-i":
      return ({ inInterface }) => isLink(inInterface, value);
    case "-o":
      return ({ outInterface }) => isLink(outInterface, value);
    case "-p":
      return ({ packet }) => value === "all" || namesOf(packet).includes(value);
    case "--dport":
    case "--dports":
      return ({ packet }) => isPort(packet.port, words);
    case "--sport":
    case "--sports":
      return ({ packet }) => isPort(packet.sourcePort, words);
    case "--icmp-type":
    case "--icmpv6-type":
      return ({ packet }) => value === "any" || icmpTypes(packet).includes(value.replace(/\/0$/, ""));
    case "--state":
    case "--ctstate":
      return ({ packet }) => ctState(words, packet);
    case "--dst-type":
      return ({ packet, local }) => typeOf(words, packet.destination, local);
    case "--src-type":
      return ({ packet, local }) => typeOf(words, packet.source, local);
    case "--physdev-is-bridged":
      return ({ bridged }) => bridged !== undefined;
    case "--physdev-in":
      return ({ bridged }) => bridged && isLink(bridged.from, value);
    case "--physdev-out":
      return ({ bridged }) => bridged && isLink(bridged.to, value);
    case "--tcp-flags":
      return ({ packet }) => hasFlags(value, packet);
    case "--syn":
      return ({ packet }) => hasFlags("FIN,SYN,RST,ACK SYN", packet);
    default:
      return () => undefined;
  }
}

/** Whether an address is in a network. Unknown for a mask with gaps, such as `10.1.0.0/255.255.0.255`. */
const isIn = (network: string, address: string): Tri =>
  /\/.*[.:]/.test(network) ? undefined : covers(network, address);

const namesOf = ({ family, protocol }: Packet): readonly string[] =>
  family === "ipv6" && protocol === "icmp" ? ["ipv6-icmp", "icmpv6"] : [protocol];

/** The ICMP types of a ping, neighbour discovery, or their answers, by number and name. */
const icmpTypes = ({ family, isReply, discovery }: Packet): readonly string[] => {
  if (discovery === "request") return ["135", "neighbour-solicitation", "neighbor-solicitation"];
  if (discovery === "answer") return ["136", "neighbour-advertisement", "neighbor-advertisement"];
  const [request, reply] = family === "ipv4" ? ["8", "0"] : ["128", "129"];
  return isReply ? [reply, "echo-reply"] : [request, "echo-request"];
};

/**
 * Whether the flags in the mask are exactly those in the set. A connection begins with SYN and is answered with SYN and
 * ACK.
 */
function hasFlags(value: string, { protocol, isReply }: Packet): boolean {
  const [mask = [], asked = []] = value
    .split(" ")
    .map((words) => words.replace("ALL", "FIN,SYN,RST,PSH,ACK,URG").replace("NONE", "").split(","));
  const set = isReply ? ["SYN", "ACK"] : ["SYN"];
  return protocol === "tcp" && mask.every((flag) => set.includes(flag) === asked.includes(flag));
}

const isLink = (link: string | undefined, pattern: string): boolean =>
  link !== undefined && (pattern.endsWith("+") ? link.startsWith(pattern.slice(0, -1)) : link === pattern);

const isPort = (port: number | undefined, ranges: readonly string[]): Tri =>
  port === undefined
    ? undefined
    : ranges.some((range) => {
        const [from = 0, to = from] = range.split(":").map(Number);
        return from <= port && port <= to;
      });

/** States of translated packets, which trace cannot judge. */
const TRANSLATED = ["DNAT", "SNAT"];

const ctState = (words: readonly string[], packet: Packet): Tri =>
  any(
    words.map((word) =>
      TRANSLATED.includes(word) && !packet.tracking ? undefined : word.toLowerCase() === stateOf(packet),
    ),
  );

const typeOf = (words: readonly string[], address: string, local: readonly string[]): Tri =>
  words.includes(local.includes(address) ? "LOCAL" : "UNICAST");

/** Targets that let a packet go on to the next rule. */
const PASSING =
  /^(LOG|NFLOG|ULOG|MARK|CONNMARK|TCPMSS|TOS|DSCP|TTL|HL|CHECKSUM|CT|NOTRACK|TRACE|SET|CLASSIFY|CONNSECMARK|SECMARK|RATEEST|AUDIT|ECN|HMARK|IDLETIMER|LED|TEE)$/;

function verdictOf(target: Read["target"], values: Read["values"]): Verdict | "nothing" {
  if (!target || PASSING.test(target.name)) return "nothing";
  switch (target.name) {
    case "ACCEPT":
      return { does: "accept" };
    case "DROP":
      return { does: "drop" };
    case "REJECT":
      return { does: "reject" };
    case "RETURN":
      return { does: "return" };
    case "MASQUERADE":
      return { does: "masquerade" };
    case "SNAT":
      return { does: "snat", ...endOf(values.get("--to-source")) };
    case "DNAT":
      return { does: "dnat", ...endOf(values.get("--to-destination")) };
    case "NETMAP":
      return { does: "netmap", network: values.get("--to") ?? "" };
    case "REDIRECT":
      return { does: "redirect", port: endOf(`:${values.get("--to-ports") ?? ""}`).port };
    default:
      return { does: target.word === "-g" ? "goto" : "jump", chain: target.name };
  }
}

/** Parses `192.168.15.2:80`, `[fd00::2]:80`, or either without a port. A range counts as unknown. */
function endOf(text = ""): { to: string | undefined; port: number | undefined } {
  const [, six, four, ports] =
    /^(?:\[([^\]]+)\]|([^:[]*|[^:]*:[^:]*:.*?))(?::(\d+(?:-\d+)?))?$/.exec(text) ?? [];
  const to = six ?? four;
  return {
    to: to === undefined || to === "" || to.includes("-") ? undefined : to,
    port: ports === undefined || ports.includes("-") ? undefined : Number(ports),
  };
}
