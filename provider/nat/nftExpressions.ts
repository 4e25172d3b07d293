import { type Family, parseIp } from "../fields/common";
import { hasPorts, portList, portValue, protocolOf } from "../fields/nat";
import { parseTarget, printTarget, rangeOf } from "../fields/natTarget";
import { type NftExpression, type NftMatch, type NftTarget, parseExpression } from "../parse/nft";
import { combine, type Leg, type NatMatch } from "./legs";

/** A rule in the words of libnftables-json(5), and back. */

type Left = NftMatch["left"];
type Right = NftMatch["right"];

export function expressionsOf(leg: Leg, family: Family): NftExpression[] {
  const ip = family === "ipv4" ? "ip" : "ip6";
  const { source, destination, local, inInterface, outInterface, protocol, port, sourcePort } = leg;
  const payload = (name: string, field: string): Left => ({ payload: { protocol: name, field } });
  return [
    // By name, not by index: a link that is made anew has another index.
    ...signed({ meta: { key: "iifname" } }, inInterface, (name) => name),
    ...signed({ meta: { key: "oifname" } }, outInterface, (name) => name),
    ...signed(payload(ip, "saddr"), source, writeNetwork),
    ...signed(payload(ip, "daddr"), destination, writeNetwork),
    ...(local ? [match({ fib: { result: "type", flags: ["daddr"] } }, "local")] : []),
    // A port implies the protocol, and nft drops what is implied from its listing.
    ...(protocol && port === undefined && sourcePort === undefined
      ? [match({ meta: { key: "l4proto" } }, protocol)]
      : []),
    ...(protocol && sourcePort !== undefined
      ? [match(payload(protocol, "sport"), writePort(sourcePort))]
      : []),
    ...(protocol && port !== undefined ? [match(payload(protocol, "dport"), writePort(port))] : []),
    writeVerdict(leg),
  ];
}

const match = (left: Left, right: Right, op: NftMatch["op"] = "=="): NftExpression => ({
  match: { op, left, right },
});

function signed(left: Left, value: string | undefined, write: (text: string) => Right): NftExpression[] {
  if (value === undefined) return [];
  return value.startsWith("!") ? [match(left, write(value.slice(1)), "!=")] : [match(left, write(value))];
}

/** nft lists a network of one as the bare address. */
function writeNetwork(cidr: string): Right {
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

function writeVerdict({ kind, to }: NatMatch): NftExpression {
  const { addresses, ports } = parseTarget(to ?? "") ?? {};
  const target: NftTarget = {
    ...(addresses && { addr: addresses[0] === addresses[1] ? addresses[0] : { range: [...addresses] } }),
    ...(ports && { port: ports[0] === ports[1] ? ports[0] : { range: [...ports] } }),
  };
  if (kind === "snat") return { snat: target };
  if (kind === "dnat") return { dnat: target };
  return kind === "redirect" ? { redirect: target } : { masquerade: null };
}

/** What a rule's expressions say. */
export const readExpressions = (listed: readonly unknown[]) =>
  combine(
    listed.map((raw) => {
      const expression = parseExpression(raw);
      return { text: JSON.stringify(raw), says: expression && read(expression) };
    }),
  );

function read(expression: NftExpression): NatMatch | undefined {
  if ("match" in expression) return readMatch(expression.match);
  if ("masquerade" in expression) return { kind: "masquerade", to: readTarget(expression.masquerade) };
  if ("snat" in expression) return { kind: "snat", to: readTarget(expression.snat) };
  if ("dnat" in expression) return { kind: "dnat", to: readTarget(expression.dnat) };
  return { kind: "redirect", to: readTarget(expression.redirect) };
}

function readMatch({ left, right, op }: NftMatch): NatMatch | undefined {
  const sign = op === "!=" ? "!" : "";
  if ("payload" in left) return readPayload(left.payload, right, sign);
  if ("meta" in left) {
    if (left.meta.key === "iifname" && typeof right === "string") return { inInterface: `${sign}${right}` };
    if (left.meta.key === "oifname" && typeof right === "string") return { outInterface: `${sign}${right}` };
    const isOne = typeof right === "string" || typeof right === "number";
    return left.meta.key === "l4proto" && isOne && !sign ? { protocol: protocolOf(right) } : undefined;
  }
  const { result, flags } = left.fib;
  const isLocal = result === "type" && flags.join() === "daddr" && right === "local" && !sign;
  return isLocal ? { local: true } : undefined;
}

function readPayload(
  { protocol: header, field }: { protocol: string; field: string },
  right: Right,
  sign: "!" | "",
): NatMatch | undefined {
  if (header === "ip" || header === "ip6") {
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

function readNetwork(right: Right): string | undefined {
  const text =
    typeof right === "object" && "prefix" in right ? `${right.prefix.addr}/${right.prefix.len}` : right;
  const parsed = typeof text === "string" ? parseIp(text) : undefined;
  return parsed && `${parsed.address}/${parsed.prefix}`;
}

function readPort(right: Right): number | string | number[] | undefined {
  if (typeof right === "number") return right;
  if (typeof right !== "object" || "prefix" in right) return undefined;
  return "range" in right ? portValue(right.range) : portList(right.set);
}

function readTarget(target: NftTarget | null): string | undefined {
  const { addr, port } = target ?? {};
  const addresses = addr === undefined ? undefined : readAddresses(addr);
  const ports = typeof port === "number" ? ([port, port] as const) : port?.range;
  return addresses || ports ? printTarget({ addresses, ports }) : undefined;
}

function readAddresses(addr: NonNullable<NftTarget["addr"]>): readonly [string, string] {
  const ends =
    typeof addr === "string"
      ? [addr, addr]
      : "range" in addr
        ? addr.range
        : // It has no way to tell a range that is a whole network from a network.
          rangeOf(addr.prefix.addr, addr.prefix.len);
  const [first = "", last = ""] = ends.map((end) => parseIp(end)?.address ?? end);
  return [first, last];
}
