import type { Family } from "../ip";
import type { KernelPolicy, Look } from "./look";

/** The rules of the routing policy database, without the kernel's own (protocol 2). */
export const policyLines = ({ place, policies }: Look): string[] =>
  (["ipv4", "ipv6"] as const).flatMap((family) =>
    policies[family]
      .filter(({ protocol }) => protocol !== "2")
      .map((rule) => policyLine(place, family, rule)),
  );

/** By their numbers in linux/fib_rules.h. */
const ACTIONS: Readonly<Record<string, string>> = { 6: "blackhole", 7: "unreachable", 8: "prohibit" };

function policyLine(place: string, family: Family, rule: KernelPolicy): string {
  const { priority, src, srclen, dst, dstlen, iif, oif, fwmark, fwmask, ipproto, tos, table, protocol } =
    rule;
  const bits = family === "ipv4" ? 32 : 128;
  const word = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [`${name} ${value}`];
  return [
    `policy ${place} ${family} ${priority}:`,
    ...("not" in rule ? ["not"] : []),
    ...word("from", src === "all" ? undefined : `${src}/${srclen ?? bits}`),
    ...word("to", dst === "all" ? undefined : `${dst}/${dstlen ?? bits}`),
    ...word("iif", iif),
    ...word("oif", oif),
    ...word("fwmark", fwmark && `${Number(fwmark)}/${Number(fwmask ?? 0xffff_ffff)}`),
    ...word("ipproto", ipproto?.replace("ipproto-", "")),
    ...["sport", "dport", "uid"].flatMap((name) => word(name, rangeOf(rule, name))),
    ...word("tos", tos && Number(tos)),
    table === undefined ? (ACTIONS[String(rule.action)] ?? "no action") : `lookup ${table}`,
    ...word("suppress", rule.suppress_prefixlen),
    `proto ${protocol}`,
  ].join(" ");
}

function rangeOf(rule: KernelPolicy, name: string): string | undefined {
  const [first, last] = [rule[`${name}_start`] ?? rule[name], rule[`${name}_end`] ?? rule[name]];
  return first === undefined ? undefined : `${first}-${last}`;
}
