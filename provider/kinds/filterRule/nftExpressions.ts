import { LOG_LEVELS, REJECTIONS, type Rejection } from "../../fields/filter";
import type { Family } from "../../linux/ip";
import { type NftExpression, parseExpression } from "../../linux/read/nft/ownRules";
import { combine, type Listed } from "../packetRule/match";
import { readMatch, writeMatches } from "../packetRule/nft";
import { FILTER_FIELDS, type FilterMatch } from "./match";

/** Converts a rule to the words of libnftables-json(5), and back. */

type Reject = { readonly type: string; readonly expr?: string | undefined };

const REJECTS: Readonly<Record<Family, Readonly<Record<Rejection, Reject>>>> = {
  ipv4: {
    "port-unreachable": { type: "icmp", expr: "port-unreachable" },
    "host-unreachable": { type: "icmp", expr: "host-unreachable" },
    "net-unreachable": { type: "icmp", expr: "net-unreachable" },
    "admin-prohibited": { type: "icmp", expr: "admin-prohibited" },
    "tcp-reset": { type: "tcp reset" },
  },
  ipv6: {
    "port-unreachable": { type: "icmpv6", expr: "port-unreachable" },
    "host-unreachable": { type: "icmpv6", expr: "addr-unreachable" },
    "net-unreachable": { type: "icmpv6", expr: "no-route" },
    "admin-prohibited": { type: "icmpv6", expr: "admin-prohibited" },
    "tcp-reset": { type: "tcp reset" },
  },
};

export const expressionsOf = (wanted: FilterMatch, family: Family): NftExpression[] => [
  ...writeMatches(wanted, family),
  writeVerdict(wanted, family),
];

function writeVerdict(
  { verdict, rejectWith, logPrefix, logLevel }: FilterMatch,
  family: Family,
): NftExpression {
  if (verdict === "accept") return { accept: null };
  if (verdict === "drop") return { drop: null };
  if (verdict === "reject") {
    return { reject: REJECTS[family][rejectWith ?? "port-unreachable"] };
  }
  const log = {
    ...(logPrefix !== undefined && { prefix: logPrefix }),
    ...(logLevel !== undefined && logLevel !== "warn" && { level: logLevel }),
  };
  return { log: Object.keys(log).length === 0 ? null : log };
}

/** Reads the expressions of a rule. */
export const readExpressions = (listed: readonly unknown[], family: Family): Listed<FilterMatch> =>
  combine<FilterMatch>(
    listed.map((raw) => {
      const expression = parseExpression(raw);
      return { text: JSON.stringify(raw), says: expression && read(expression, family) };
    }),
    FILTER_FIELDS,
  );

function read(expression: NftExpression, family: Family): FilterMatch | undefined {
  if ("match" in expression) return readMatch(expression.match);
  if ("accept" in expression) return { verdict: "accept" };
  if ("drop" in expression) return { verdict: "drop" };
  if ("reject" in expression) return readReject(expression.reject, family);
  if (!("log" in expression)) return undefined;
  const { prefix, level = "warn" } = expression.log ?? {};
  return { verdict: "log", logPrefix: prefix, logLevel: LOG_LEVELS.find((one) => one === level) };
}

function readReject({ type, expr }: Reject, family: Family): FilterMatch | undefined {
  const rejectWith = REJECTIONS.find((one) => {
    const reject = REJECTS[family][one];
    return reject.type === type && reject.expr === expr;
  });
  if (rejectWith === undefined) return undefined;
  // A reset implies the protocol, and nft omits implied matches from its listing.
  return { verdict: "reject", rejectWith, ...(rejectWith === "tcp-reset" && { protocol: "tcp" as const }) };
}
