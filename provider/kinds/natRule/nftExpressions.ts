import { parseTarget, printTarget, rangeOf } from "../../fields/natTarget";
import { type Family, parseIp } from "../../linux/ip";
import { type NftExpression, type NftTarget, parseExpression } from "../../linux/read/nft/ownRules";
import { combine, type Listed } from "../packetRule/match";
import { readMatch, writeMatches } from "../packetRule/nft";
import { NAT_FIELDS, type NatMatch, type RuleSpec } from "./ruleSpecs";

/** Converts a rule to the words of libnftables-json(5), and back. */

/** A target that is not a network. */
type SimpleTarget = Exclude<NftTarget, { flags: unknown }>;
type NftPort = NonNullable<SimpleTarget["port"]>;

export const expressionsOf = (spec: RuleSpec, family: Family): NftExpression[] => [
  ...writeMatches(spec, family),
  writeVerdict(spec),
];

function writeVerdict({ kind, ...spec }: RuleSpec): NftExpression {
  if (kind === "drop") return { drop: null };
  if (kind === "masquerade") return { masquerade: null };
  const target = writeTarget(spec);
  if (kind === "snat") return { snat: target };
  return kind === "dnat" ? { dnat: target } : { redirect: target };
}

function writeTarget({ to, protocol, firstPort }: NatMatch): NftTarget {
  const { network, addresses, ports } = parseTarget(to ?? "") ?? {};
  if (network) {
    const [addr, len] = [network.address, network.prefix];
    return { addr: { prefix: { addr, len } }, flags: ["netmap"], type_flags: ["prefix"] };
  }
  return {
    ...(addresses && { addr: addresses[0] === addresses[1] ? addresses[0] : { range: [...addresses] } }),
    ...(ports && { port: writePorts(ports, protocol, firstPort) }),
  };
}

function writePorts([first, last]: readonly [number, number], protocol = "tcp", firstPort?: number): NftPort {
  if (firstPort === undefined) return first === last ? first : { range: [first, last] };
  const pairs = Array.from({ length: last - first + 1 }, (_, at) => [firstPort + at, first + at] as const);
  const key = { payload: { protocol, field: "dport" } };
  return { map: { key, data: { set: pairs.map(([from, onto]) => [from, onto]) } } };
}

/** Reads the expressions of a rule. */
export const readExpressions = (listed: readonly unknown[]): Listed<NatMatch> =>
  combine<NatMatch>(
    listed.map((raw) => {
      const expression = parseExpression(raw);
      return { text: JSON.stringify(raw), says: expression && read(expression) };
    }),
    NAT_FIELDS,
  );

function read(expression: NftExpression): NatMatch | undefined {
  if ("match" in expression) return readMatch(expression.match);
  if ("drop" in expression) return { kind: "drop" };
  if ("masquerade" in expression) return readTarget("masquerade", expression.masquerade);
  if ("snat" in expression) return readTarget("snat", expression.snat);
  if ("dnat" in expression) return readTarget("dnat", expression.dnat);
  return "redirect" in expression ? readTarget("redirect", expression.redirect) : undefined;
}

function readTarget(kind: NatMatch["kind"], target: NftTarget | null): NatMatch | undefined {
  if (target && "flags" in target) {
    const { addr, len } = target.addr.prefix;
    return { kind, to: `${parseIp(addr)?.address ?? addr}/${len}` };
  }
  const { addr, port } = target ?? {};
  const addresses = addr === undefined ? undefined : readAddresses(addr);
  if (typeof port === "object" && "map" in port) {
    const mapped = port.map.key.payload.field === "dport" ? readMap(port.map.data.set) : undefined;
    return mapped && { kind, to: printTarget({ addresses, ports: mapped.ports }), firstPort: mapped.first };
  }
  const ports = typeof port === "number" ? ([port, port] as const) : port?.range;
  return { kind, to: addresses || ports ? printTarget({ addresses, ports }) : undefined };
}

/** Maps consecutive ports to consecutive ports. */
function readMap(pairs: readonly (readonly [number, number])[]) {
  const sorted = [...pairs].sort(([a], [b]) => a - b);
  const [first, onto] = sorted[0] ?? [0, 0];
  const isRow = sorted.every(([from, to], at) => from === first + at && to === onto + at);
  return isRow && sorted.length > 1 ? { first, ports: [onto, onto + sorted.length - 1] as const } : undefined;
}

function readAddresses(addr: NonNullable<SimpleTarget["addr"]>): readonly [string, string] {
  const ends =
    typeof addr === "string"
      ? [addr, addr]
      : "range" in addr
        ? addr.range
        : // Without the flag of a map, it is a range that happens to be a whole network.
          rangeOf(addr.prefix.addr, addr.prefix.len);
  const [first = "", last = ""] = ends.map((end) => parseIp(end)?.address ?? end);
  return [first, last];
}
