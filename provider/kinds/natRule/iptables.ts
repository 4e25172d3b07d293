import type { Answer, Command } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { type IptablesRule, parseRules, wordAfter } from "../../linux/read/iptables";
import { iptables } from "../packetRule/iptables";
import type { NatRuleArgs } from "./args";
import { iptablesClaimants, sharedPort, spansOf } from "./claimants";
import { parseComment, printComment } from "./comment";
import { readRule, wordsOf } from "./iptablesRules";
import {
  type FoundLeg,
  isAs,
  type Leg,
  type Marked,
  type NatMatch,
  pair,
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
    return mark === undefined ? [] : [{ mark, family, said: readRule(chain, words) }];
  });

/** Returns the guards of localhost in a listing of the table `raw`, with the links that they guard. */
export const guardsIn = (raw: Answer) =>
  parseRules(raw).flatMap(({ comment, chain, words }) => {
    const parsed = parseComment(comment);
    const { kind, inInterface } = readRule(chain, words);
    return parsed && kind === "drop" ? [{ ...parsed, link: inInterface }] : [];
  });

type Found = FoundLeg & {
  readonly words: readonly string[];
  readonly comment: string | undefined;
  readonly place: Place;
};

/** Returns the rules with this mark in the answers to `probe`. */
export const find = (answers: readonly Answer[], mark: string): FoundLeg[] =>
  foundIn(placesIn(answers), mark);

const foundIn = (places: readonly Place[], mark: string): Found[] =>
  places.flatMap((place) => {
    const { table, rule } = place;
    const comment = parseComment(rule.comment);
    if (comment?.mark !== mark) return [];
    const { priority } = comment;
    const chain = table === "nat" ? rule.chain.toLowerCase() : table;
    const said = readRule(rule.chain, rule.words);
    const obstacles = rivalsOnTheWrongSide(places, place, said, priority);
    return [{ ...said, ...{ chain, priority, place }, ...rule, chain, obstacles }];
  });

/**
 * Finds foreign rules for the same port that take precedence over a new rule. Below priority 0 a new rule precedes
 * them, and otherwise it follows them. A restart of their program, such as Docker, can reverse that.
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
  wanted: readonly Leg[],
): Command[] {
  const places = placesIn(answers);
  const { pairs, surplus } = pair(foundIn(places, was), wanted);
  const remove = ({ words, place: { table, rule } }: Found) =>
    iptables(family, namespace, table, "-D", rule.chain, ...words);
  // The guards of localhost are deleted last.
  const going = [...surplus].sort((a, b) => Number(a.chain === "raw") - Number(b.chain === "raw"));
  const commands: Command[] = [];
  for (const { leg, observed } of pairs) {
    const comment = printComment({ mark, priority: leg.priority });
    if (observed && isAs(observed, leg) && observed.comment === comment) continue;
    const at = placeFor(leg, places, observed);
    commands.push(iptables(family, namespace, ...insertion(leg, places, at), ...wordsOf(leg, comment)));
    places.splice(at, 0, { table: tableOf(leg.chain), rule: newRule(leg, comment) });
    if (!observed) continue;
    commands.push(remove(observed));
    places.splice(places.indexOf(observed.place), 1);
  }
  return [...commands, ...going.map(remove)];
}

/** A rule at its position. The rules of one chain are in order. */
interface Place {
  readonly table: "nat" | "raw";
  readonly rule: IptablesRule;
}

const placesIn = ([nat, raw]: readonly Answer[]): Place[] => [
  ...parseRules(nat).map((rule) => ({ table: "nat" as const, rule })),
  ...parseRules(raw).map((rule) => ({ table: "raw" as const, rule })),
];

const tableOf = (chain: Leg["chain"]): Place["table"] => (chain === "raw" ? "raw" : "nat");
const builtIn = (chain: Leg["chain"]): string => (chain === "raw" ? "PREROUTING" : chain.toUpperCase());

const newRule = ({ chain }: Leg, comment: string): IptablesRule => ({
  ...{ chain: builtIn(chain), words: [], comment },
});

/**
 * Returns the index in `places` for a rule: that of the one it replaces, or the one for its priority among ours. With a
 * priority below 0 it precedes foreign rules, and otherwise it follows them. No rule precedes the guards of localhost.
 */
function placeFor(leg: Leg, places: readonly Place[], observed: Found | undefined): number {
  const isInPlace =
    observed?.chain === leg.chain && observed.priority === leg.priority && observed.obstacles.length === 0;
  if (observed && isInPlace) return places.indexOf(observed.place);
  const isBeside = ({ table, rule }: Place) =>
    table === tableOf(leg.chain) && rule.chain === builtIn(leg.chain);
  const priorityOf = ({ rule }: Place) => parseComment(rule.comment)?.priority;
  const first = places.findIndex(isBeside);
  const start = first < 0 ? places.length : first;
  if (leg.kind === "drop") return start;
  const isBefore = (one: Place) =>
    one !== observed?.place && isBeside(one) && (priorityOf(one) ?? 1e3) <= leg.priority;
  if (leg.priority < 0) return Math.max(start, places.findLastIndex(isBefore) + 1);
  const later = places.findIndex(
    (one) => one !== observed?.place && isBeside(one) && (priorityOf(one) ?? -1e3) > leg.priority,
  );
  return later < 0 ? Math.max(start, places.findLastIndex(isBeside) + 1) : later;
}

/** Returns the words of iptables for an index, which counts from 1 in its chain. */
function insertion(leg: Leg, places: readonly Place[], at: number): [Place["table"], ...string[]] {
  const [table, chain] = [tableOf(leg.chain), builtIn(leg.chain)];
  const beside = places.flatMap((one, index) =>
    one.table === table && one.rule.chain === chain ? [index] : [],
  );
  const before = beside.filter((index) => index < at).length;
  return before === beside.length ? [table, "-A", chain] : [table, "-I", chain, String(before + 1)];
}
