import { z } from "zod";
import { parseIp } from "../ip";
import { parseJson } from "../json";

/** Actions by their numbers in linux/fib_rules.h. ip(8) prints them with the names of route types (rtnetlink(7)). */
const ACTIONS: Readonly<Record<string, string>> = { 6: "blackhole", 7: "unreachable", 8: "prohibit" };

/** Keys that arguments can express, keys of every rule, and transient ones. */
const PLAIN = ["not", "iif_detached", "oif_detached"];

/** One value, or the ends of a range in two keys. */
const ends = (name: string) => ({
  [name]: z.number().optional(),
  [`${name}_start`]: z.number().optional(),
  [`${name}_end`]: z.number().optional(),
});

const SHAPE = {
  priority: z.number(),
  src: z.string(),
  srclen: z.number().optional(),
  dst: z.string().default("all"),
  dstlen: z.number().optional(),
  tos: z.string().optional(),
  fwmark: z.string().optional(),
  fwmask: z.string().optional(),
  iif: z.string().optional(),
  oif: z.string().optional(),
  ipproto: z.string().optional(),
  table: z.string().optional(),
  action: z.string().optional(),
  suppress_prefixlen: z.number().optional(),
  protocol: z.string().default("0"),
};
const PORTS = { ...ends("sport"), ...ends("dport"), ...ends("uid") };

const Rule = z.looseObject(SHAPE).transform((rule) => {
  const { tos, fwmark, fwmask, ipproto, table, action = "0" } = rule;
  const ports = z.object(PORTS).parse(rule);
  return {
    priority: rule.priority,
    invert: "not" in rule,
    from: networkOf(rule.src, rule.srclen),
    to: networkOf(rule.dst, rule.dstlen),
    iif: rule.iif,
    oif: rule.oif,
    // Without a mask all bits count.
    fwmark: fwmark === undefined ? undefined : { value: Number(fwmark), mask: Number(fwmask ?? ALL_BITS) },
    ipproto: ipproto?.replace("ipproto-", ""),
    sport: rangeOf("sport", ports),
    dport: rangeOf("dport", ports),
    uidrange: rangeOf("uid", ports),
    tos: tos === undefined ? undefined : Number(tos),
    table: table === undefined ? undefined : Number(table),
    action: table === undefined ? (ACTIONS[action] ?? "none") : "lookup",
    suppressPrefixlength: rule.suppress_prefixlen,
    protocol: Number(rule.protocol),
    /** Settings that no argument can express, by their names in ip(8). */
    more: Object.keys(rule).filter(
      (key) => ![...Object.keys({ ...SHAPE, ...PORTS }), ...PLAIN].includes(key),
    ),
  };
});

const ALL_BITS = 0xffff_ffff;

/** A single address has no prefix length, and all addresses are `all`. */
function networkOf(address: string, length: number | undefined): string | undefined {
  const parsed = parseIp(address);
  return parsed && `${parsed.address}/${length ?? parsed.bits}`;
}

function rangeOf(name: string, ports: Readonly<Record<string, number | undefined>>) {
  const [first, last] = [ports[`${name}_start`] ?? ports[name], ports[`${name}_end`] ?? ports[name]];
  return first === undefined || last === undefined ? undefined : ([first, last] as const);
}

/** A rule in the output of `ip -N -j rule show`. */
export type RuleInfo = z.output<typeof Rule>;

/** Parses the output of `ip -N -j rule show …`. Returns an empty list if the namespace does not exist. */
export const parsePolicyRules = (text: string | undefined): RuleInfo[] =>
  parseJson(z.array(Rule), text ?? "");
