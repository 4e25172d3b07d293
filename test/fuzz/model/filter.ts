import { filterFamily, ICMP_TYPES, STATES } from "../filterRules";
import type { Family } from "../ip";
import type { FilterItem } from "../program";
import { bare, nftPorts, quoted, signed } from "./nat";

type Args = FilterItem["args"];

/** A rule as `nft list ruleset` shows it. */
export function filterLine({ args }: FilterItem, place: string, mark: string): string {
  const { chain, priority = 0, inInterface, outInterface, source, destination, protocol } = args;
  const { port, sourcePort, icmpType, state, rejectWith } = args;
  const family = filterFamily(args);
  const ip = family === "ipv4" ? "ip" : "ip6";
  const isImplied = (port ?? sourcePort ?? icmpType) !== undefined || rejectWith === "tcp-reset";
  return [
    `filter ${place} ${family} ${chain}:`,
    ...signed("iifname", inInterface, quoted),
    ...signed("oifname", outInterface, quoted),
    ...signedSet(`${ip} saddr`, source, family),
    ...signedSet(`${ip} daddr`, destination, family),
    ...(protocol && !isImplied ? [`meta l4proto ${protocol === "icmpv6" ? "ipv6-icmp" : protocol}`] : []),
    ...(sourcePort === undefined ? [] : [`${protocol} sport ${nftPorts(sourcePort)}`]),
    ...(port === undefined ? [] : [`${protocol} dport ${nftPorts(port)}`]),
    ...(icmpType === undefined
      ? []
      : [`${protocol} type ${oneOrSet(inOrder(icmpType, Object.keys(ICMP_TYPES[family])))}`]),
    ...(state === undefined ? [] : [`ct state ${inOrder(state, STATES).join(",")}`]),
    verdictText(args, family),
    `comment "${mark}${priority === 0 ? "" : `,${priority}`}"`,
  ].join(" ");
}

/** nft sorts a set, and the numbers of subnets show its order. */
function signedSet(what: string, networks: string | readonly string[] | undefined, family: Family): string[] {
  if (networks === undefined) return [];
  const subnet = (network: string) => Number(/(?:10\.|fd00:)(\d+)/.exec(network)?.[1]);
  const list = [networks].flat().sort((a, b) => subnet(a) - subnet(b));
  const text = oneOrSet(list.map((network) => bare(family)(network.replace("!", ""))));
  return signed(what, `${list[0]?.startsWith("!") ? "!" : ""}${text}`, (one) => one);
}

const oneOrSet = (list: readonly string[]): string =>
  list.length === 1 ? `${list[0]}` : `{ ${list.join(", ")} }`;

const inOrder = (words: string | readonly string[], order: readonly string[]): string[] =>
  order.filter((word) => [words].flat().includes(word));

function verdictText(
  { verdict, rejectWith = "port-unreachable", logPrefix, logLevel = "warn" }: Args,
  family: Family,
): string {
  if (verdict === "log")
    return [
      "log",
      ...(logPrefix === undefined ? [] : [`prefix "${logPrefix}"`]),
      ...(logLevel === "warn" ? [] : [`level ${logLevel}`]),
    ].join(" ");
  // nft does not list its defaults.
  if (verdict !== "reject" || rejectWith === "port-unreachable") return verdict;
  if (rejectWith === "tcp-reset") return "reject with tcp reset";
  return family === "ipv4" ? `reject with icmp ${rejectWith}` : `reject with icmpv6 ${ICMPV6[rejectWith]}`;
}

/** RFC 4443 names some differently. */
const ICMPV6 = {
  "host-unreachable": "addr-unreachable",
  "net-unreachable": "no-route",
  "admin-prohibited": "admin-prohibited",
} as const;
