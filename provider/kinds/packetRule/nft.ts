import { icmpTypeOf, STATES } from "../../fields/filter";
import { portList } from "../../fields/nat";
import { joinedSigned, networksOf } from "../../fields/networks";
import { type Family, parseIp } from "../../linux/ip";
import { hasPorts, portValue, protocolOf } from "../../linux/protocols";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import type { NftExpression, NftMatch } from "../../linux/read/nft/ownRules";
import type { PacketMatch } from "./match";

/** Converts matches to the words of libnftables-json(5), and back. */

type Left = NftMatch["left"];
type Right = NftMatch["right"];
type Prefix = { readonly prefix: { readonly addr: string; readonly len: number } };

export function writeMatches(wanted: PacketMatch, family: Family): NftExpression[] {
  const ip = NFT_FAMILIES[family];
  const { source, destination, destinationType, inInterface, outInterface, protocol, port, sourcePort } =
    wanted;
  return [
    ...(wanted.isForwarded ? [match({ ct: { key: "status" } }, "dnat", "in")] : []),
    // By name, not by index, because a recreated link has another index.
    ...signed({ meta: { key: "iifname" } }, inInterface, (name) => name),
    ...signed({ meta: { key: "oifname" } }, outInterface, (name) => name),
    ...signed(payload(ip, "saddr"), source, writeNetwork),
    ...signed(payload(ip, "daddr"), destination, writeNetwork),
    ...signedSet(payload(ip, "saddr"), wanted.sources),
    ...signedSet(payload(ip, "daddr"), wanted.destinations),
    ...signed({ fib: { result: "type", flags: ["daddr"] } }, destinationType, (type) => type),
    // A port implies the protocol, and nft omits implied matches from its listing.
    ...(protocol && port === undefined && sourcePort === undefined
      ? [match({ meta: { key: "l4proto" } }, protocol)]
      : []),
    ...(protocol && sourcePort !== undefined
      ? [match(payload(protocol, "sport"), writePort(sourcePort))]
      : []),
    ...(protocol && port !== undefined ? [match(payload(protocol, "dport"), writePort(port))] : []),
    ...(wanted.icmpTypes ? [match(payload(ICMP[family], "type"), oneOrSet(wanted.icmpTypes))] : []),
    ...(wanted.states ? [match({ ct: { key: "state" } }, oneOrList(wanted.states), "in")] : []),
  ];
}

/** The protocols with ICMP types. */
const ICMP = { ipv4: "icmp", ipv6: "icmpv6" } as const;

const oneOrSet = ([first = "", ...others]: readonly string[]): Right =>
  others.length === 0 ? first : { set: [first, ...others] };

const oneOrList = ([first = "", ...others]: readonly string[]): Right =>
  others.length === 0 ? first : [first, ...others];

const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });

const match = (left: Left, right: Right, op: NftMatch["op"] = "=="): NftExpression => ({
  match: { op, left, right },
});

function signed(left: Left, value: string | undefined, write: (text: string) => Right): NftExpression[] {
  if (value === undefined) return [];
  return value.startsWith("!") ? [match(left, write(value.slice(1)), "!=")] : [match(left, write(value))];
}

function signedSet(left: Left, networks: readonly string[] = []): NftExpression[] {
  const [first] = networks;
  if (first === undefined || networks.length === 1) return signed(left, first, writeNetwork);
  const set = networks.map((network) => writeNetwork(network.replace(/^!/, "")));
  return [match(left, { set }, first.startsWith("!") ? "!=" : "==")];
}

/** nft lists a network of one as its address. */
function writeNetwork(cidr: string): string | Prefix {
  const [addr = "", length] = cidr.split("/");
  const isSingle = length === (addr.includes(":") ? "128" : "32");
  return isSingle ? addr : { prefix: { addr, len: Number(length) } };
}

function writePort(port: number | string | number[]): Right {
  if (typeof port === "number") return port;
  if (typeof port !== "string") return { set: port };
  const [first = 0, last = 0] = port.split("-").map(Number);
  return { range: [first, last] };
}

/** Reads a match. Returns `undefined` for one that `writeMatches` never writes. */
export function readMatch({ left, right, op }: NftMatch): PacketMatch | undefined {
  if ("ct" in left && left.ct.key === "state") return op === "in" ? readStates(right) : undefined;
  if ("ct" in left) {
    return left.ct.key === "status" && right === "dnat" && op !== "!=" ? { isForwarded: true } : undefined;
  }
  if (op === "in") return undefined;
  const sign = op === "!=" ? "!" : "";
  if ("payload" in left) return readPayload(left.payload, right, sign);
  if ("meta" in left) return readMeta(left.meta.key, right, sign);
  const { result, flags } = left.fib;
  if (result !== "type" || flags.join() !== "daddr") return undefined;
  if (right === "local" && !sign) return { destinationType: "local" };
  return right === "multicast" && sign ? { destinationType: "!multicast" } : undefined;
}

function readStates(right: Right): PacketMatch | undefined {
  const states = typeof right === "string" ? [right] : Array.isArray(right) ? right : [];
  const isKnown = states.length > 0 && states.every((state) => STATES.some((known) => known === state));
  return isKnown ? { states: [...states].sort() } : undefined;
}

function readMeta(key: string, right: Right, sign: "!" | ""): PacketMatch | undefined {
  if (key === "iifname" && typeof right === "string") return { inInterface: `${sign}${right}` };
  if (key === "oifname" && typeof right === "string") return { outInterface: `${sign}${right}` };
  const isOne = typeof right === "string" || typeof right === "number";
  return key === "l4proto" && isOne && !sign ? { protocol: protocolOf(right) } : undefined;
}

function readPayload(
  { protocol: header, field }: { protocol: string; field: string },
  right: Right,
  sign: "!" | "",
): PacketMatch | undefined {
  if (field === "type" && (header === ICMP.ipv4 || header === ICMP.ipv6)) {
    return sign ? undefined : readTypes(right, header === ICMP.ipv4 ? "ipv4" : "ipv6");
  }
  if (header === "ip" || header === "ip6") {
    const networks = setOf(right)?.flatMap(readNetworks);
    if (networks?.every((network) => network !== undefined)) {
      const all = joinedSigned(networks.map((network) => `${sign}${network}`));
      if (field === "saddr") return { sources: all };
      return field === "daddr" ? { destinations: all } : undefined;
    }
    const network = readNetwork(right);
    if (network === undefined) return undefined;
    if (field === "saddr") return { source: `${sign}${network}` };
    return field === "daddr" ? { destination: `${sign}${network}` } : undefined;
  }
  const protocol = protocolOf(header);
  const port = readPort(right);
  if (!hasPorts(protocol) || port === undefined || sign) return undefined;
  if (field === "sport") return { protocol, sourcePort: port };
  return field === "dport" ? { protocol, port } : undefined;
}

type Element = Exclude<Right, readonly string[] | { set: unknown }>;

const setOf = (right: Right): readonly Element[] | undefined =>
  typeof right === "object" && "set" in right ? right.set : undefined;

/** nft lists adjacent networks as one, or as a range. */
function readNetworks(right: Element): (string | undefined)[] {
  if (typeof right !== "object" || !("range" in right)) return [readNetwork(right)];
  const [first, last] = right.range.map((end) => parseIp(String(end))?.address);
  return first === undefined || last === undefined ? [undefined] : networksOf(first, last);
}

function readTypes(right: Right, family: Family): PacketMatch | undefined {
  const listed = setOf(right) ?? [right];
  const types = listed.map((type) => (typeof type === "object" ? undefined : icmpTypeOf(type, family)));
  const known = types.filter((type) => type !== undefined);
  return known.length === types.length ? { icmpTypes: known.sort() } : undefined;
}

function readNetwork(right: Right): string | undefined {
  const text =
    typeof right === "object" && "prefix" in right ? `${right.prefix.addr}/${right.prefix.len}` : right;
  const parsed = typeof text === "string" ? parseIp(text) : undefined;
  return parsed && `${parsed.address}/${parsed.prefix}`;
}

function readPort(right: Right): number | string | number[] | undefined {
  if (typeof right === "number") return right;
  const set = setOf(right);
  if (set) return set.every((port) => typeof port === "number") ? portList(set) : undefined;
  const [first, last] = typeof right === "object" && "range" in right ? right.range : [];
  return typeof first === "number" && typeof last === "number" ? portValue([first, last]) : undefined;
}
