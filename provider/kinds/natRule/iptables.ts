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

/** What guards localhost: only IPv4 has any such thing. */
export const listRaw = (namespace: string | undefined): Command => iptables("ipv4", namespace, "raw", "-S");

/** All NAT rules of a network namespace, for `surveyed`. */
export const discover = (namespace: string | undefined): Command[] => [
  iptables("ipv4", namespace, "nat", "-S"),
  iptables("ipv6", namespace, "nat", "-S"),
  listRaw(namespace),
];

/** The resources behind the rules in the answers to `discover`. */
export const discovered = ([ipv4, ipv6, raw]: readonly Answer[]): Marked[] =>
  resourcesBehind([...markedIn("ipv4", ipv4), ...markedIn("ipv6", ipv6), ...markedIn("ipv4", raw)]);

const markedIn = (family: Family, listing: Answer) =>
  parseRules(listing).flatMap(({ comment, chain, words }) => {
    const mark = parseComment(comment)?.mark;
    return mark === undefined ? [] : [{ mark, family, said: readRule(chain, words) }];
  });

/** The guards of localhost in a listing of the table `raw`, by the link they guard. */
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

/** The rules with this mark in the answers to `probe`. */
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
 * Rules of others for the same port that a rule made now would not have on this side: below priority 0 it stands before them, else
 * behind. A restart of theirs, such as Docker's, puts them elsewhere, and the port leads to somebody else.
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
  // Docker and others have them in chains of their own, to which they jump.
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
 * Puts `wanted` in the place of the rules with the mark `was`: each new one before the old one goes, so that there is
 * no moment without any.
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
  // What guards localhost goes last.
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
  return movedAtOnce([...commands, ...going.map(remove)], answers[0]);
}

/** A rule where it stands: those of one chain of one table are in their order. */
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
 * The index in `places` that a rule gets: that of the one it replaces, else by its priority among ours. Below 0 it is
 * before what others have, from 0 on behind that. Nothing is let in before what guards localhost.
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

/** How iptables is told to put a rule at that index: counted from 1 in its chain. */
function insertion(leg: Leg, places: readonly Place[], at: number): [Place["table"], ...string[]] {
  const [table, chain] = [tableOf(leg.chain), builtIn(leg.chain)];
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
