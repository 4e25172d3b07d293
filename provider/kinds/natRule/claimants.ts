import { programsOf } from "../../linux/programs";
import { type Ports, parsePorts } from "../../linux/protocols";
import { type IptablesRule, wordAfter } from "../../linux/read/iptables";
import type { Pattern } from "../../linux/read/nft/expressions";
import type { NftRule } from "../../linux/read/nft/ruleset";
import type { Statement } from "../../linux/read/nft/statements";
import type { Everyones, Others } from "../packetRule/everyones";
import type { PacketMatch } from "../packetRule/match";
import type { NatRuleArgs } from "./args";

/** Finds the ports that rules of nftables and iptables redirect. */

/** A rule that redirects ports. */
export interface Claimant {
  readonly ports: Ports;
  readonly who: string;
  /** The destination address that the rule matches, if it is a single one. */
  readonly address?: string | undefined;
  /** The comment of the rule. A rule of ours has its mark there. */
  readonly comment?: string | undefined;
}

/**
 * Names the program that created a chain, or the chain itself if the program is unknown. Without a table, the chain
 * belongs to iptables.
 */
export const makerOf = (chain: string, table?: string): string =>
  programsOf(table === undefined ? [chain] : [chain, table])[0] ??
  `the chain ${chain} of ${table === undefined ? "iptables" : `the table ${table}`}`;

/** Returns the single address of an argument. `undefined` for a network, a negation or none. */
export const singleAddress = (destination: string | undefined): string | undefined =>
  destination !== undefined && /^[\d.:a-f]+(\/(32|128))?$/.test(destination)
    ? destination.replace(/\/.*/, "")
    : undefined;

/** Returns the ports that each of these rules redirects. */
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

/** Returns the first port that both contain. */
export function sharedPort(wanted: readonly Ports[], [from, to]: Ports): number | undefined {
  const both = wanted.find(([first, last]) => first <= to && from <= last);
  return both && Math.max(both[0], from);
}

function nftClaimants(
  { table, chain, owner, statements, comment }: Others<NftRule>,
  protocol: string,
): Claimant[] {
  if (!statements.some(({ is }) => is === "dnat" || is === "redirect")) return [];
  const who = owner ?? makerOf(chain, table);
  return statements
    .flatMap((one) => portsIn(one, protocol))
    .map((ports): Claimant => ({ ports, who, comment }));
}

/** Returns the destination ports that a statement matches. `th` is the header of either protocol. */
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
  const who = owner ?? makerOf(chain);
  const address = after("-d")?.replace(/\/(?!32$|128$).*/, "");
  return (after("--dports") ?? after("--dport") ?? "")
    .split(",")
    .flatMap((text) => spansOf(text.replace(":", "-")))
    .map((ports): Claimant => ({ ports, who, address, comment }));
}
