import type { Merged } from "../../engine/definition";
import type { Answer, Command } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { type IptablesRule, parseRules, wordAfter } from "../../linux/read/iptables";
import { iptables } from "../packetRule/iptables";
import { mergedIptables, movedAtOnce } from "../packetRule/iptablesTogether";
import type { NatRuleArgs } from "./args";
import { iptablesClaimants, sharedPort, spansOf } from "./claimants";
import { parseComment, printComment } from "./comment";
import { readRule, wordsOf } from "./iptablesRules";
import {
  isAs,
  type Marked,
  type NatMatch,
  type ObservedRule,
  pair,
  type RuleSpec,
  resourcesBehind,
} from "./ruleSpecs";

export const probe = ({ family, namespace, routeLocalnet }: NatRuleArgs): Command[] => [
  iptables(family, namespace, "nat", "-S"),
  ...(routeLocalnet === undefined ? [] : [listRaw(namespace)]),
];

/** Lists the guards of localhost, which exist for IPv4 only. */
export const listRaw = (namespace: string | undefined): Command => iptables("ipv4", namespace, "raw", "-S");

/** Lists all NAT rules of a network namespace, for `discovered`. */
export const discover = (namespace: string | undefined): Command[] => [
  iptables("ipv4", namespace, "nat", "-S"),
  iptables("ipv6", namespace, "nat", "-S"),
  listRaw(namespace),
];

/** Returns the resources whose rules are in the answers to `discover`. */
export const discovered = ([ipv4, ipv6, raw]: readonly Answer[]): Marked[] =>
  resourcesBehind([...markedIn("ipv4", ipv4), ...markedIn("ipv6", ipv6), ...markedIn("ipv4", raw)]);

const markedIn = (family: Family, listing: Answer) =>
  parseRules(listing).flatMap(({ comment, chain, words }) => {
    const mark = parseComment(comment)?.mark;
    return mark === undefined ? [] : [{ mark, family, match: readRule(chain, words) }];
  });

/** Returns the guards of localhost in a listing of the table `raw`, with the links that they guard. */
export const guardsIn = (raw: Answer) =>
  parseRules(raw).flatMap(({ comment, chain, words }) => {
    const parsed = parseComment(comment);
    const { kind, inInterface } = readRule(chain, words);
    return parsed && kind === "drop" ? [{ ...parsed, link: inInterface }] : [];
  });

type Found = ObservedRule & {
  readonly words: readonly string[];
  readonly comment: string | undefined;
  readonly place: Place;
};

/** Returns the rules with this mark in the answers to `probe`. */
export const find = (answers: readonly Answer[], mark: string): ObservedRule[] =>
  foundIn(placesIn(answers), mark);

const foundIn = (places: readonly Place[], mark: string): Found[] =>
  places.flatMap((place) => {
    const { table, rule } = place;
    const comment = parseComment(rule.comment);
    if (comment?.mark !== mark) return [];
    const { priority } = comment;
    const chain = table === "nat" ? rule.chain.toLowerCase() : table;
    const match = readRule(rule.chain, rule.words);
    const obstacles = rivalsOnTheWrongSide(places, place, match, priority);
    return [{ ...match, ...{ chain, priority, place }, ...rule, chain, obstacles }];
  });

/**
 * Finds foreign rules for the same port on the wrong side of ours. With a priority below 0 ours precedes them, and
 * otherwise it follows them. A restart of their program, such as Docker, can reverse the order.
 */
function rivalsOnTheWrongSide(
  places: readonly Place[],
  own: Place,
  { kind, protocol, port }: NatMatch,
  priority: number,
): string[] {
  if ((kind !== "dnat" && kind !== "redirect") || protocol === undefined || port === undefined) return [];
  const wanted = spansOf(port);
  const claims = (rule: IptablesRule): boolean =>
    iptablesClaimants({ ...rule, owner: undefined }, protocol).some(
      ({ ports }) => sharedPort(wanted, ports) !== undefined,
    );
  // Docker and others jump to chains of their own.
  const claimsBehind = (rule: IptablesRule): boolean =>
    claims(rule) ||
    places.some(
      ({ table, rule: one }) => table === "nat" && one.chain === targetOf(rule) && claimsBehind(one),
    );
  const at = places.indexOf(own);
  return places.flatMap(({ table, rule }, index) => {
    const isBeside = table === own.table && rule.chain === own.rule.chain;
    const isWrong = priority < 0 ? index < at : index > at;
    if (!isBeside || !isWrong || parseComment(rule.comment) || !claimsBehind(rule)) return [];
    return [`${priority < 0 ? "behind" : "before"} -A ${[rule.chain, ...rule.words].join(" ")}`];
  });
}

const targetOf = ({ words }: IptablesRule): string | undefined =>
  wordAfter(words, "-j") ?? wordAfter(words, "-g");

/**
 * Replaces the rules with the mark `was` by `wanted`. Each new rule is added before the old one is deleted, so that
 * there is always one.
 */
export function change(
  answers: readonly Answer[],
  was: string,
  { family, namespace, mark }: NatRuleArgs,
  wanted: readonly RuleSpec[],
): Command[] {
  const places = placesIn(answers);
  const { pairs, surplus } = pair(foundIn(places, was), wanted);
  const remove = ({ words, place: { table, rule } }: Found) =>
    iptables(family, namespace, table, "-D", rule.chain, ...words);
  // The guards of localhost are deleted last.
  const going = [...surplus].sort((a, b) => Number(a.chain === "raw") - Number(b.chain === "raw"));
  const commands: Command[] = [];
  for (const { spec, observed } of pairs) {
    const comment = printComment({ mark, priority: spec.priority });
    if (observed && isAs(observed, spec) && observed.comment === comment) continue;
    const at = placeFor(spec, places, observed);
    commands.push(iptables(family, namespace, ...insertion(spec, places, at), ...wordsOf(spec, comment)));
    places.splice(at, 0, { table: tableOf(spec.chain), rule: newRule(spec, comment) });
    if (!observed) continue;
    commands.push(remove(observed));
    places.splice(places.indexOf(observed.place), 1);
  }
  return movedAtOnce([...commands, ...going.map(remove)], answers[0]);
}

/** A rule and its table. In a list of places, the rules of one chain keep their order. */
interface Place {
  readonly table: "nat" | "raw";
  readonly rule: IptablesRule;
}

const placesIn = ([nat, raw]: readonly Answer[]): Place[] => [
  ...parseRules(nat).map((rule) => ({ table: "nat" as const, rule })),
  ...parseRules(raw).map((rule) => ({ table: "raw" as const, rule })),
];

const tableOf = (chain: RuleSpec["chain"]): Place["table"] => (chain === "raw" ? "raw" : "nat");
const builtIn = (chain: RuleSpec["chain"]): string => (chain === "raw" ? "PREROUTING" : chain.toUpperCase());

const newRule = ({ chain }: RuleSpec, comment: string): IptablesRule => ({
  ...{ chain: builtIn(chain), words: [], comment },
});

/**
 * Returns the index in `places` for a rule: that of the one it replaces, or the one for its priority among ours. With a
 * priority below 0 it precedes foreign rules, and otherwise it follows them. No rule precedes the guards of localhost.
 */
function placeFor(spec: RuleSpec, places: readonly Place[], observed: Found | undefined): number {
  const isInPlace =
    observed?.chain === spec.chain && observed.priority === spec.priority && observed.obstacles.length === 0;
  if (observed && isInPlace) return places.indexOf(observed.place);
  const isBeside = ({ table, rule }: Place) =>
    table === tableOf(spec.chain) && rule.chain === builtIn(spec.chain);
  const priorityOf = ({ rule }: Place) => parseComment(rule.comment)?.priority;
  const first = places.findIndex(isBeside);
  const start = first < 0 ? places.length : first;
  if (spec.kind === "drop") return start;
  const isBefore = (one: Place) =>
    one !== observed?.place && isBeside(one) && (priorityOf(one) ?? 1e3) <= spec.priority;
  if (spec.priority < 0) return Math.max(start, places.findLastIndex(isBefore) + 1);
  const later = places.findIndex(
    (one) => one !== observed?.place && isBeside(one) && (priorityOf(one) ?? -1e3) > spec.priority,
  );
  return later < 0 ? Math.max(start, places.findLastIndex(isBeside) + 1) : later;
}

/** Returns the words of iptables for an index, which counts from 1 in its chain. */
function insertion(spec: RuleSpec, places: readonly Place[], at: number): [Place["table"], ...string[]] {
  const [table, chain] = [tableOf(spec.chain), builtIn(spec.chain)];
  const beside = places.flatMap((one, index) =>
    one.table === table && one.rule.chain === chain ? [index] : [],
  );
  const before = beside.filter((index) => index < at).length;
  return before === beside.length ? [table, "-A", chain] : [table, "-I", chain, String(before + 1)];
}

/** One transaction for the commands of several rules. */
export const merge = (
  operations: readonly (readonly Command[])[],
  answers: readonly Answer[] | undefined,
): Merged | undefined => mergedIptables(operations, answers, { parseComment, orderOf: () => "" });
