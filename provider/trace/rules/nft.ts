import { z } from "zod";
import { parseJson } from "../../parse/json";
import { covers, isBetween } from "../ip";
import { all, any, not, type Passage, type Tri } from "../packet";
import type { Chain, Rule, Verdict } from "./chain";

/** Rule sets as `nft -j list ruleset` prints them. See libnftables-json(5). */

const Fields = z.record(z.string(), z.unknown());
type Fields = z.output<typeof Fields>;

const Listing = z.object({
  nftables: z.array(
    z.looseObject({
      chain: z
        .object({
          family: z.string(),
          table: z.string(),
          name: z.string(),
          type: z.string().optional(),
          hook: z.string().optional(),
          prio: z.number().optional(),
          policy: z.enum(["accept", "drop"]).optional(),
        })
        .optional(),
      rule: z
        .object({
          family: z.string(),
          table: z.string(),
          chain: z.string(),
          comment: z.string().optional(),
          expr: z.array(Fields),
        })
        .optional(),
      set: z
        .looseObject({
          family: z.string(),
          table: z.string(),
          name: z.string(),
          elem: z.array(z.unknown()).optional(),
        })
        .optional(),
    }),
  ),
});

/** The chains in a listing; none where there is none. */
export function parseNft(text: string | undefined): Chain[] {
  if (text === undefined || text.trim() === "") return [];
  const { nftables } = parseJson(Listing, text);
  const sets = new Map(
    nftables.flatMap(({ set }) =>
      set ? [[`${set.family} ${set.table} ${set.name}`, set.elem ?? []] as const] : [],
    ),
  );
  const rules = nftables.flatMap(({ rule }) => rule ?? []);
  return nftables.flatMap(({ chain }) => {
    if (!chain) return [];
    const { family, table, name, type, hook, prio = 0, policy = "accept" } = chain;
    const own = rules.filter((rule) => rule.family === family && rule.table === table && rule.chain === name);
    const lookUp = (set: string) => sets.get(`${family} ${table} ${set}`);
    return {
      tool: "nft" as const,
      ...{ family, table, name },
      rules: own.map(({ expr, comment }) => toRule(expr, comment, lookUp)),
      ...(hook !== undefined && { base: { hook, type: type ?? "filter", priority: prio, policy } }),
    };
  });
}

type LookUp = (set: string) => readonly unknown[] | undefined;

const Counter = z.object({ packets: z.number() });

function toRule(expr: readonly Fields[], comment: string | undefined, lookUp: LookUp): Rule {
  const counter = expr.map(({ counter }) => Counter.safeParse(counter).data).find((found) => found);
  return {
    text: expr.map(printStatement).join(" "),
    comment,
    packets: counter?.packets,
    judge: (passage) => judgeStatements(expr, passage, lookUp),
  };
}

/** Statements that change neither where the packet goes nor whether it does. */
const HARMLESS = ["counter", "log", "limit", "mangle", "notrack", "xt", "meter", "set", "quota", "ct helper"];

function judgeStatements(
  expr: readonly Fields[],
  passage: Passage,
  lookUp: LookUp,
): Verdict | "nothing" | "doubt" {
  let isSure = true;
  for (const statement of expr) {
    const [key = "", value] = Object.entries(statement)[0] ?? [];
    if (key === "match" || key === "xt") {
      const fits = key === "match" ? match(value, passage, lookUp) : undefined;
      if (fits === false) return "nothing";
      isSure &&= fits === true;
    } else if (!HARMLESS.includes(key)) {
      const verdict = key === "vmap" ? mapped(value, passage, lookUp) : verdictOf(key, value);
      if (verdict === "nothing") continue;
      return isSure ? verdict : "doubt";
    }
  }
  // A target of iptables that nft does not know.
  return expr.some((statement) => "xt" in statement) ? "doubt" : "nothing";
}

const Target = z.object({ addr: z.unknown().optional(), port: z.unknown().optional() });

function verdictOf(key: string, value: unknown): Verdict | "doubt" {
  const { addr, port } = Target.safeParse(value).data ?? {};
  const known = {
    to: typeof addr === "string" ? addr : undefined,
    port: typeof port === "number" ? port : undefined,
  };
  switch (key) {
    case "accept":
    case "drop":
    case "reject":
    case "return":
    case "masquerade":
      return { does: key };
    case "jump":
    case "goto":
      return { does: key, chain: String(Fields.safeParse(value).data?.["target"]) };
    case "dnat":
    case "snat":
      return { does: key, ...known };
    case "redirect":
      return { does: key, port: known.port };
    default:
      return "doubt";
  }
}

const VerdictMap = z.object({
  key: z.unknown(),
  data: z.object({ set: z.array(z.tuple([z.unknown(), Fields])) }),
});

function mapped(value: unknown, passage: Passage, lookUp: LookUp): Verdict | "nothing" | "doubt" {
  const map = VerdictMap.safeParse(value).data;
  if (!map) return "doubt";
  for (const [element, verdict] of map.data.set) {
    const fits = compare(map.key, element, passage, lookUp);
    if (fits === undefined) return "doubt";
    const [key = "", target] = Object.entries(verdict)[0] ?? [];
    if (fits) return verdictOf(key, target);
  }
  return "nothing";
}

const Match = z.object({ op: z.string(), left: z.unknown(), right: z.unknown() });

function match(value: unknown, passage: Passage, lookUp: LookUp): Tri {
  const parsed = Match.safeParse(value).data;
  if (!parsed) return undefined;
  const { op, left, right } = parsed;
  if (op === "==" || op === "in") return compare(left, right, passage, lookUp);
  return op === "!=" ? not(compare(left, right, passage, lookUp)) : undefined;
}

const Prefix = z.object({ prefix: z.object({ addr: z.string(), len: z.number() }) });
const Range = z.object({
  range: z.tuple([z.union([z.string(), z.number()]), z.union([z.string(), z.number()])]),
});
const Elem = z.object({ elem: z.looseObject({ val: z.unknown() }) });

/** Whether what `left` names in the packet is `right`, or among it. */
function compare(left: unknown, right: unknown, passage: Passage, lookUp: LookUp): Tri {
  if (typeof right === "string" && right.startsWith("@")) {
    const elements = lookUp(right.slice(1));
    return elements && any(elements.map((element) => compare(left, element, passage, lookUp)));
  }
  const fields = Fields.safeParse(right).data;
  if (Array.isArray(right)) return any(right.map((one) => compare(left, one, passage, lookUp)));
  if (Array.isArray(fields?.["set"]))
    return any(fields["set"].map((one) => compare(left, one, passage, lookUp)));
  const element = Elem.safeParse(right).data;
  if (element) return compare(left, element.elem.val, passage, lookUp);
  const parts = Fields.safeParse(left).data?.["concat"];
  if (Array.isArray(parts)) {
    const values: unknown = fields?.["concat"];
    if (!Array.isArray(values)) return undefined;
    return all(parts.map((part, at) => compare(part, values[at], passage, lookUp)));
  }
  const value = namedBy(left, passage);
  return value === undefined ? undefined : value === "absent" ? false : equals(value.is, right);
}

/** What an expression names: several words where more than one would do; `absent` where the packet has no such thing. */
type Value = { readonly is: readonly (string | number)[] } | "absent" | undefined;

const value = (...is: readonly (string | number | undefined)[]): Value =>
  is.includes(undefined) ? undefined : { is: is.filter((one) => one !== undefined) };

const Expression = z.object({
  meta: z.object({ key: z.string() }).optional(),
  payload: z.object({ protocol: z.string(), field: z.string() }).optional(),
  ct: z.object({ key: z.string() }).optional(),
  fib: z.object({ result: z.string(), flags: z.union([z.string(), z.array(z.string())]) }).optional(),
});

const PROTOCOLS = { icmp: 1, tcp: 6, udp: 17 } as const;

function namedBy(left: unknown, passage: Passage): Value {
  const { meta, payload, ct, fib } = Expression.safeParse(left).data ?? {};
  const { packet, local } = passage;
  if (meta) return metaOf(meta.key, passage);
  if (payload) return payloadOf(payload.protocol, payload.field, passage);
  if (ct?.key === "state") return value(packet.isReply ? "established" : "new");
  // Translation is decided before the filters are asked; a packet that goes on is none of its own.
  if (ct?.key === "direction") return value(packet.isReply ? "reply" : "original");
  if (fib?.result === "type") {
    const flags = [fib.flags].flat();
    const address = flags.includes("saddr") ? packet.source : packet.destination;
    return value(local.includes(address) ? "local" : "unicast");
  }
  return undefined;
}

function metaOf(key: string, { packet, inInterface, outInterface, isBridged }: Passage): Value {
  const { family, protocol } = packet;
  switch (key) {
    case "iifname":
    case "iif":
      return inInterface === undefined ? "absent" : value(inInterface);
    case "oifname":
    case "oif":
      return outInterface === undefined ? "absent" : value(outInterface);
    case "l4proto":
      return family === "ipv6" && protocol === "icmp"
        ? value("ipv6-icmp", "icmpv6", 58)
        : value(protocol, PROTOCOLS[protocol]);
    case "nfproto":
      return value(family);
    case "protocol":
      return value(family === "ipv4" ? "ip" : "ip6");
    case "pkttype":
      return value("host", "unicast");
    case "ibrname":
    case "obrname":
      return isBridged ? value(inInterface) : "absent";
    default:
      return undefined;
  }
}

function payloadOf(protocol: string, field: string, { packet }: Passage): Value {
  const isIcmp = packet.protocol === "icmp";
  switch (protocol) {
    case "ip":
    case "ip6": {
      if ((packet.family === "ipv4") !== (protocol === "ip")) return "absent";
      if (field === "saddr") return value(packet.source);
      if (field === "daddr") return value(packet.destination);
      if (field === "protocol" || field === "nexthdr")
        return value(packet.protocol, PROTOCOLS[packet.protocol]);
      return undefined;
    }
    case "tcp":
    case "udp":
    case "th":
      if (isIcmp || (protocol !== "th" && protocol !== packet.protocol)) return "absent";
      if (field === "dport") return value(packet.port);
      return field === "sport" ? value(packet.sourcePort) : undefined;
    case "icmp":
    case "icmpv6":
      if (!isIcmp || (packet.family === "ipv4") !== (protocol === "icmp")) return "absent";
      return field === "type" ? value(packet.isReply ? "echo-reply" : "echo-request") : undefined;
    default:
      return undefined;
  }
}

function equals(values: readonly (string | number)[], right: unknown): Tri {
  const prefix = Prefix.safeParse(right).data?.prefix;
  if (prefix) return values.some((one) => covers(`${prefix.addr}/${prefix.len}`, String(one)));
  const range = Range.safeParse(right).data?.range;
  if (range) {
    const [from, to] = range;
    return values.some((one) =>
      typeof one === "number" && typeof from === "number" && typeof to === "number"
        ? from <= one && one <= to
        : isBetween(String(one), String(from), String(to)),
    );
  }
  if (typeof right === "string" && right.endsWith("*"))
    return values.some((one) => String(one).startsWith(right.slice(0, -1)));
  if (typeof right === "string" || typeof right === "number") return values.includes(right);
  return undefined;
}

/** A statement near to what nft itself would print: for people only. */
function printStatement(statement: Fields): string {
  const [key = "", value] = Object.entries(statement)[0] ?? [];
  const parsed = key === "match" ? Match.safeParse(value).data : undefined;
  if (parsed)
    return [
      print(parsed.left),
      ...(/^(==|in)$/.test(parsed.op) ? [] : [parsed.op]),
      print(parsed.right),
    ].join(" ");
  if (key === "counter") return "counter";
  if (key === "reject" || key === "log" || key === "limit") return key;
  if (value === null) return key;
  return `${key} ${print(value)}`;
}

function print(value: unknown): string {
  if (Array.isArray(value)) return `{ ${value.map(print).join(", ")} }`;
  const { meta, payload, ct, fib } = Expression.safeParse(value).data ?? {};
  if (meta) return /^[io]if(name)?$/.test(meta.key) ? meta.key : `meta ${meta.key}`;
  if (payload) return `${payload.protocol} ${payload.field}`;
  if (ct) return `ct ${ct.key}`;
  if (fib) return `fib ${[fib.flags].flat().join(" . ")} ${fib.result}`;
  const prefix = Prefix.safeParse(value).data?.prefix;
  if (prefix) return `${prefix.addr}/${prefix.len}`;
  const range = Range.safeParse(value).data?.range;
  if (range) return range.join("-");
  const fields = Fields.safeParse(value).data;
  if (fields && Array.isArray(fields["set"])) return print(fields["set"]);
  if (fields && typeof fields["target"] === "string") return fields["target"];
  const target = Target.safeParse(value).data;
  if (fields && target && ("addr" in fields || "port" in fields))
    return `to ${[target.addr, target.port].filter((part) => part !== undefined).join(":")}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
