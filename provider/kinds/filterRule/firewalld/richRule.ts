import { LOG_LEVELS } from "../../../fields/filter";
import { type Family, parseIp } from "../../../linux/ip";
import { type Protocol, parsePorts, portValue, protocolOf } from "../../../linux/protocols";
import { combine, type Listed, type Part } from "../../packetRule/match";
import type { FilterRuleArgs } from "../args";
import { expanded, FILTER_FIELDS, type FilterMatch, wantedMatch } from "../match";
import { REJECTS, rejectionNamed } from "../rejectTypes";

/** Converts matches and verdicts to the words of firewalld.richlanguage(5), and back. */

/**
 * The priority of the rich rules, which precede the rest of the policy. firewalld accepts a rule without matches, and
 * one that only logs, nowhere else. The rich rules of a policy are one rule of ours, so none precedes another.
 */
const PRIORITY = "-1";

/** The ICMP types of firewalld, from /usr/lib/firewalld/icmptypes. It knows no others. */
const ICMP_NAMES: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  ipv4: {
    ...same("echo-reply", "destination-unreachable", "source-quench", "redirect", "echo-request"),
    ...same("router-advertisement", "router-solicitation", "time-exceeded", "parameter-problem"),
    ...same("timestamp-request", "timestamp-reply"),
  },
  ipv6: {
    ...same("destination-unreachable", "packet-too-big", "time-exceeded", "parameter-problem"),
    ...same("echo-request", "echo-reply"),
    "nd-router-solicit": "router-solicitation",
    "nd-router-advert": "router-advertisement",
    "nd-neighbor-solicit": "neighbour-solicitation",
    "nd-neighbor-advert": "neighbour-advertisement",
    "nd-redirect": "redirect",
  },
};

function same(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

/** Returns the ICMP types of a family that firewalld has a name for. */
export const knownIcmpTypes = (family: Family): string[] => Object.keys(ICMP_NAMES[family]);

/** The severities of syslog(3) with another name in firewalld. */
const LEVELS: Readonly<Record<string, string>> = { err: "error", warn: "warning" };

/** Returns the rich rules of a resource. Each has room for one network, one port and one type. */
export const richRules = (args: FilterRuleArgs): string[] =>
  expanded(wantedMatch(args)).flatMap((one) =>
    listOf(one.port).flatMap((port) =>
      listOf(one.sourcePort).map((sourcePort) => writeRule({ ...one, port, sourcePort }, args.family)),
    ),
  );

const listOf = (port: FilterMatch["port"]): (number | string | undefined)[] =>
  typeof port === "object" ? port : [port];

/** Returns the words in the order in which firewalld lists them. */
function writeRule(wanted: FilterMatch, family: Family): string {
  return [
    `rule priority="${PRIORITY}" family="${family}"`,
    ...writeNetwork("source", wanted.sources?.[0]),
    ...writeNetwork("destination", wanted.destinations?.[0]),
    ...writeElement(wanted, family),
    writeVerdict(wanted, family),
  ].join(" ");
}

function writeNetwork(where: "source" | "destination", network: string | undefined): string[] {
  if (network === undefined) return [];
  const sign = network.startsWith("!") ? "NOT " : "";
  return [`${where} ${sign}address="${network.replace("!", "")}"`];
}

/** The elements of which a rule can have one. */
function writeElement(
  { protocol, port, sourcePort, icmpTypes }: FilterMatch,
  family: Family,
): readonly string[] {
  if (icmpTypes) return [`icmp-type name="${ICMP_NAMES[family][icmpTypes[0] ?? ""]}"`];
  if (protocol === undefined) return [];
  if (port !== undefined) return [`port port="${port}" protocol="${protocol}"`];
  if (sourcePort !== undefined) return [`source-port port="${sourcePort}" protocol="${protocol}"`];
  return [`protocol value="${protocol === "icmpv6" ? "ipv6-icmp" : protocol}"`];
}

function writeVerdict({ verdict, rejectWith, logPrefix, logLevel }: FilterMatch, family: Family): string {
  if (verdict === "reject")
    return rejectWith === undefined ? "reject" : `reject type="${REJECTS[family][rejectWith]}"`;
  if (verdict !== "log") return verdict ?? "";
  const prefix = logPrefix === undefined ? "" : ` prefix="${logPrefix}"`;
  return `log${prefix} level="${LEVELS[logLevel ?? "warn"] ?? logLevel}"`;
}

/** A word of the language with its attributes: `source NOT address="10.0.0.0/8"`. */
interface Element {
  readonly text: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly isInverted: boolean;
}

/**
 * Returns a listed rich rule as arguments. Parts that no argument can express stay in the words of firewalld.
 */
export function readRichRule(rule: string, family: Family): Listed<FilterMatch> {
  const parts = elementsIn(rule).flatMap((element): Part<FilterMatch>[] =>
    element.name === "rule"
      ? readHead(element, family)
      : [{ text: element.text, says: read(element, family) }],
  );
  return combine<FilterMatch>(parts, FILTER_FIELDS);
}

/**
 * Splits a rule into elements. An element is a separate word. `NOT`, and words with a value, belong to the one before
 * them.
 */
const elementsIn = (rule: string): Element[] =>
  [...rule.matchAll(/[a-z][\w-]*(?= |$)(?: not\b)?(?: [\w-]+="[^"]*")*/gi)].map(([text]) => ({
    text,
    name: /^[\w-]+/.exec(text)?.[0] ?? "",
    attributes: new Map(
      [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
    ),
    isInverted: / not\b/i.test(text) || /invert="(true|yes)"/i.test(text),
  }));

/** The words that all our rules share. */
function readHead({ attributes }: Element, family: Family): Part<FilterMatch>[] {
  const others = [
    attributes.get("family") === family ? [] : [`family=${attributes.get("family") ?? "any"}`],
    attributes.get("priority") === PRIORITY ? [] : [`rule priority=${attributes.get("priority") ?? 0}`],
  ];
  return others.flat().map((text) => ({ text, says: undefined }));
}

function read({ name, attributes, isInverted }: Element, family: Family): FilterMatch | undefined {
  switch (name) {
    case "source":
    case "destination":
      return readNetwork(name, attributes.get("address"), isInverted);
    case "port":
      return readPort("port", attributes);
    case "source-port":
      return readPort("sourcePort", attributes);
    case "protocol":
      return readProtocol(attributes.get("value"));
    case "icmp-type":
      return readIcmpType(attributes.get("name"), family);
    case "log":
      return readLog(attributes);
    case "reject":
      return readReject(attributes.get("type"), family);
    case "accept":
    case "drop":
      return { verdict: name };
    default:
      return undefined;
  }
}

function readNetwork(
  where: "source" | "destination",
  address: string | undefined,
  isInverted: boolean,
): FilterMatch | undefined {
  const network = address === undefined ? undefined : parseIp(address);
  return network && { [where]: `${isInverted ? "!" : ""}${network.address}/${network.prefix}` };
}

function readPort(field: "port" | "sourcePort", attributes: Element["attributes"]): FilterMatch | undefined {
  const ports = parsePorts(attributes.get("port") ?? "");
  const protocol = protocolOf(attributes.get("protocol") ?? "");
  return ports && protocol && { [field]: portValue(ports), protocol };
}

function readProtocol(value: string | undefined): FilterMatch | undefined {
  const protocol: Protocol | undefined = protocolOf(value ?? "");
  return protocol && { protocol };
}

function readIcmpType(name: string | undefined, family: Family): FilterMatch | undefined {
  const type = knownIcmpTypes(family).find((one) => ICMP_NAMES[family][one] === name);
  return type === undefined ? undefined : { icmpTypes: [type] };
}

function readLog(attributes: Element["attributes"]): FilterMatch | undefined {
  const level = attributes.get("level") ?? "warning";
  const logLevel = LOG_LEVELS.find((one) => (LEVELS[one] ?? one) === level);
  const logPrefix = attributes.get("prefix");
  return logLevel && { verdict: "log", logLevel, ...(logPrefix !== undefined && { logPrefix }) };
}

function readReject(type: string | undefined, family: Family): FilterMatch | undefined {
  if (type === undefined) return { verdict: "reject" };
  const rejectWith = rejectionNamed(type, family);
  return rejectWith && { verdict: "reject", rejectWith };
}
