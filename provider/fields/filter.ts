import { z } from "zod";
import type { Family } from "../linux/ip";

/** Fields of a filter rule besides addresses, links and ports. Each reports a problem in terms of the field, with a fix. */

const quote = (value: unknown): string => JSON.stringify(value);

/**
 * One of these words, or a list of them, in canonical form: sorted, without duplicates, and a string if there is only one.
 */
const someOf = (words: readonly string[], what: string) =>
  z.union([z.string(), z.array(z.string())], `is neither ${what} nor a list`).transform((given, ctx) => {
    const list = [given].flat();
    const wrong = list.filter((word) => !words.includes(word));
    if (list.length > 0 && wrong.length === 0) return wordValue(list) ?? z.NEVER;
    const message =
      list.length === 0
        ? "is an empty list: leave it out"
        : `${Array.isArray(given) ? "has" : "is"} ${wrong.map(quote).join(", ")}, not one of ${words.join(", ")}`;
    ctx.addIssue({ code: "custom", message });
    return z.NEVER;
  });

/** Returns the canonical form of several words. */
export function wordValue(words: readonly string[]): string | string[] | undefined {
  const sorted = [...new Set(words)].sort();
  return sorted.length > 1 ? sorted : sorted[0];
}

/** Returns a field with one value or a list as a list, empty if the field is not set. */
export const listIn = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Connection states of conntrack. See nft(8) and iptables-extensions(8). */
export const STATES = ["new", "established", "related", "invalid", "untracked"] as const;

export const connectionState = someOf(STATES, "a connection state");

/** ICMP types by their names in nft(8) (RFC 792, RFC 4443, RFC 4861). */
export const ICMP_TYPES: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  ipv4: {
    ...{ "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, redirect: 5, "echo-request": 8 },
    ...{ "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12 },
    ...{ "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16 },
    ...{ "address-mask-request": 17, "address-mask-reply": 18 },
  },
  ipv6: {
    ...{ "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4 },
    ...{ "echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131 },
    ...{ "mld-listener-done": 132, "nd-router-solicit": 133, "nd-router-advert": 134 },
    ...{
      "nd-neighbor-solicit": 135,
      "nd-neighbor-advert": 136,
      "nd-redirect": 137,
      "mld2-listener-report": 143,
    },
  },
};

/** An ICMP type as a tool prints it, by name or number. */
export function icmpTypeOf(listed: string | number, family: Family): string | undefined {
  const types = Object.entries(ICMP_TYPES[family]);
  return types.find(([name, number]) => name === listed || String(number) === String(listed))?.[0];
}

const TYPE_NAMES = [...new Set(Object.values(ICMP_TYPES).flatMap(Object.keys))];

export const matchedIcmpType = someOf(TYPE_NAMES, "an ICMP type");

/** The reply to the sender of a rejected packet. */
export const REJECTIONS = [
  "port-unreachable",
  "host-unreachable",
  "net-unreachable",
  "admin-prohibited",
  "tcp-reset",
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** Severities of syslog(3), by their numbers. */
export const LOG_LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"] as const;

/** iptables keeps 29 characters, and prints quotes and backslashes with an escape. */
export const logPrefix = z
  .string()
  .refine((text) => /^(?![-!])[\x20-\x7e]{1,29}$/.test(text) && !/["\\]/.test(text), {
    error: ({ input }) =>
      `is ${quote(input)}: it must have 1 to 29 ASCII characters, without quotes and \`\\\`, and must not start with \`-\` or \`!\``,
  });
