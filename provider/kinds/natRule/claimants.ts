import { programsOf } from "../../linux/programs";
import { type Ports, parsePorts } from "../../linux/protocols";
import { type IptablesRule, wordAfter } from "../../linux/read/iptables";
import type { Pattern } from "../../linux/read/nft/expressions";
import type { NftRule } from "../../linux/read/nft/ruleset";
import type { Statement } from "../../linux/read/nft/statements";
import type { Everyones, Others } from "../packetRule/everyones";
import type { PacketMatch } from "../packetRule/match";
import type { NatRuleArgs } from "./args";

/** Which ports rules redirect, by nftables and iptables. */

/** Who has a port, and what becomes of its packets. */
export interface Claimant {
  readonly ports: Ports;
  readonly who: string;
  /** The address that it is for, where it is for one alone. */
  readonly address?: string | undefined;
  /** Of its rule: the mark, where it is ours. */
  readonly comment?: string | undefined;
}

/** Which ports each of these rules redirects. */
export const claimantsAmong = (
  { rules, lines }: Pick<Everyones, "rules" | "lines">,
  protocol: string,
): Claimant[] => [
  ...rules.flatMap((rule) => nftClaimants(rule, protocol)),
  ...lines.flatMap((rule) => iptablesClaimants(rule, protocol)),
];

export const spansOf = (port: NatRuleArgs["port"] | PacketMatch["port"]): Ports[] =>
  (port === undefined ? [] : [port].flat()).flatMap((one) => {
    const span = parsePorts(String(one));
    return span ? [span] : [];
  });

/** The first port that is in both. */
export function sharedPort(wanted: readonly Ports[], [from, to]: Ports): number | undefined {
  const both = wanted.find(([first, last]) => first <= to && from <= last);
  return both && Math.max(both[0], from);
}

function nftClaimants(
  { table, chain, owner, statements, comment }: Others<NftRule>,
  protocol: string,
): Claimant[] {
  if (!statements.some(({ is }) => is === "dnat" || is === "redirect")) return [];
  const who = owner ?? programsOf([chain, table])[0] ?? `the chain ${chain} of the table ${table}`;
  return statements
    .flatMap((one) => portsIn(one, protocol))
    .map((ports): Claimant => ({ ports, who, comment }));
}

/** The destination ports that a statement asks for; `th` is the header of either protocol. */
function portsIn(statement: Statement, protocol: string): Ports[] {
  if (statement.is !== "match" || statement.op !== "==") return [];
  const { left, right } = statement;
  const isPort = left.is === "payload" && left.field === "dport" && [protocol, "th"].includes(left.protocol);
  return isPort ? spansIn(right) : [];
}

function spansIn(pattern: Pattern): Ports[] {
  if (pattern.is === "list") return pattern.of.flatMap(spansIn);
  if (pattern.is === "word") return spansOf(pattern.word);
  return pattern.is === "range" ? spansOf(`${pattern.from}-${pattern.to}`) : [];
}

export function iptablesClaimants(
  { chain, words, owner, comment }: Others<IptablesRule>,
  protocol: string,
): Claimant[] {
  const after = (option: string) => wordAfter(words, option);
  const isRedirect = ["DNAT", "REDIRECT"].includes(after("-j") ?? "");
  if (!isRedirect || after("-p") !== protocol) return [];
  const who = owner ?? programsOf([chain])[0] ?? `the chain ${chain} of iptables`;
  const address = after("-d")?.replace(/\/(?!32$|128$).*/, "");
  return (after("--dports") ?? after("--dport") ?? "")
    .split(",")
    .flatMap((text) => spansOf(text.replace(":", "-")))
    .map((ports): Claimant => ({ ports, who, address, comment }));
}
