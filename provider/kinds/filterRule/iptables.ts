import type { Merged } from "../../engine/definition";
import { LOG_LEVELS } from "../../fields/filter";
import type { Answer, Command } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { sameStack } from "../../linux/marks/mark";
import { type IptablesRule, parseRules } from "../../linux/read/iptables";
import { iptables, matchWords, readWords } from "../packetRule/iptables";
import { mergedIptables, movedAtOnce } from "../packetRule/iptablesTogether";
import { combine, type Listed } from "../packetRule/match";
import { tableName } from "../packetRule/stackTable";
import type { FilterRuleArgs } from "./args";
import { marked, parseComment, printComment, priorityOf } from "./comment";
import { expanded, FILTER_FIELDS, type FilterMatch, type FoundRule, type Marked, wantedMatch } from "./match";
import { isInOrder } from "./order";
import { REJECTS, rejectionNamed } from "./rejectTypes";

const TABLE = "filter";

/** The chain that Docker evaluates before its own rules and leaves unchanged. */
const DOCKER = "DOCKER-USER";

const TARGETS: Readonly<Record<string, string>> = {
  accept: "ACCEPT",
  drop: "DROP",
  reject: "REJECT",
  log: "LOG",
};

export const table = (): string => TABLE;

/** The number of rules in the kernel for one resource. */
export const count = (args: FilterRuleArgs): number => expanded(wantedMatch(args)).length;

export const probe = ({ family, namespace }: FilterRuleArgs): Command[] => [
  iptables(family, namespace, TABLE, "-S"),
];

/** Lists all filter rules of a network namespace, for `discovered`. */
export const discover = (namespace: string | undefined): Command[] => [
  iptables("ipv4", namespace, TABLE, "-S"),
  iptables("ipv6", namespace, TABLE, "-S"),
];

/** Returns the resources whose rules are in the answers to `discover`. */
export const discovered = ([ipv4, ipv6]: readonly Answer[]): Marked[] => [
  ...markedIn("ipv4", ipv4),
  ...markedIn("ipv6", ipv6),
];

const markedIn = (family: Family, listing: Answer): Marked[] =>
  parseRules(listing).flatMap(({ comment, chain }) => {
    const mark = parseComment(comment)?.mark;
    return mark === undefined ? [] : [{ ...placeOf(chain), family, mark }];
  });

/** Returns a chain as an argument. */
const placeOf = (chain: string) =>
  chain === DOCKER
    ? { chain: "forward", dockerUser: true }
    : { chain: chain.toLowerCase(), dockerUser: false };

const chainOf = ({ chain, dockerUser }: FilterRuleArgs): string =>
  dockerUser ? DOCKER : chain.toUpperCase();

/** Returns the rules with this mark in an answer to `probe`. */
export function find([listing]: readonly Answer[], { mark, family }: FilterRuleArgs): FoundRule[] {
  const rules = parseRules(listing);
  return marked(rules, mark).map((rule) => {
    const beside = ordered(rules, rule.chain, mark);
    return {
      ...readRule(rule.words, family),
      ...placeOf(rule.chain),
      priority: priorityOf(rule),
      isInOrder: isInOrder(beside.map(priorityOf), beside.indexOf(rule)),
      obstacles: [],
    };
  });
}

/** Returns the rules of the stack in a chain, in order. */
const ordered = (rules: readonly IptablesRule[], chain: string, mark: string): IptablesRule[] =>
  rules.filter(({ comment, ...rule }) => {
    const other = parseComment(comment)?.mark;
    return rule.chain === chain && (other === mark || sameStack(other, mark));
  });

/**
 * Puts the wanted rules at the positions of their priorities, before foreign ones. Deletes the other rules with the
 * mark `was`, or all of them.
 */
export function change(
  [listing]: readonly Answer[],
  was: string,
  args: FilterRuleArgs,
  isWanted = true,
): Command[] {
  const { family, namespace, mark } = args;
  const chain = chainOf(args);
  const rules = parseRules(listing);
  const old = marked(rules, was);
  const wanted = isWanted
    ? expanded(wantedMatch(args)).map((one) => wordsOf(one, family, printComment(args)))
    : [];
  const isInPlace = find([listing], args).every((rule) => rule.isInOrder);
  const isAs = (rule: IptablesRule, words: readonly string[]) =>
    isInPlace && rule.chain === chain && sorted(rule.words) === sorted(words);
  const lacking = wanted.filter((words) => !old.some((rule) => isAs(rule, words)));
  const going = old.filter((rule) => !wanted.some((words) => isAs(rule, words)));
  const inChain = rules.filter((rule) => rule.chain === chain);
  const at = placeFor(inChain, old, { mark, priority: args.priority });
  const commands = [
    ...lacking.map((words, more) => {
      const place = at < inChain.length ? ["-I", chain, String(at + more + 1)] : ["-A", chain];
      return iptables(family, namespace, TABLE, ...place, ...words);
    }),
    ...going.map((rule) => iptables(family, namespace, TABLE, "-D", rule.chain, ...rule.words)),
  ];
  return movedAtOnce(commands, listing);
}

/** Compares words in any order, because iptables lists them in its own. */
const sorted = (words: readonly string[]): string => [...words].sort().join("\n");

/**
 * Returns the position in the chain: that of the old rule, or after the last rule of its stack that precedes it.
 */
function placeFor(
  inChain: readonly IptablesRule[],
  old: readonly IptablesRule[],
  { mark, priority }: { mark: string; priority: number },
): number {
  const own = ordered(inChain, inChain[0]?.chain ?? "", mark);
  const same = own.find((rule) => old.includes(rule) && priorityOf(rule) === priority);
  if (same && isInOrder(own.map(priorityOf), own.indexOf(same))) return inChain.indexOf(same);
  const before = own.findLast((rule) => !old.includes(rule) && priorityOf(rule) <= priority);
  return before ? inChain.indexOf(before) + 1 : 0;
}

/** Returns a rule in the words of `iptables -S`. */
export function wordsOf(wanted: FilterMatch, family: Family, comment: string): string[] {
  const { verdict = "", rejectWith, logPrefix, logLevel } = wanted;
  return [
    ...matchWords(wanted, family),
    ...["-m", "comment", "--comment", comment],
    ...["-j", TARGETS[verdict] ?? ""],
    ...(rejectWith === undefined ? [] : ["--reject-with", REJECTS[family][rejectWith]]),
    ...(logPrefix === undefined ? [] : ["--log-prefix", logPrefix]),
    // The default, which is not listed.
    ...(logLevel === undefined || logLevel === "warn"
      ? []
      : ["--log-level", String(LOG_LEVELS.indexOf(logLevel))]),
  ];
}

function readRule(words: readonly string[], family: Family): Listed<FilterMatch> {
  const withValue = /^(-j|--(reject-with|log-prefix|log-level))$/;
  const parts = readWords<FilterMatch>(words, {
    withValue,
    read: (option, value) => readVerdict(option, value, family),
  });
  const rule = combine<FilterMatch>(parts, FILTER_FIELDS);
  return { ...rule, ...(rule.verdict === "log" && { logLevel: rule.logLevel ?? "warn" }) };
}

function readVerdict(option: string, value: string, family: Family): FilterMatch | undefined {
  if (option === "--log-prefix") return { logPrefix: value };
  if (option === "--log-level") return { logLevel: LOG_LEVELS[Number(value)] };
  if (option === "--reject-with") return { rejectWith: rejectionNamed(value, family) };
  const verdict = Object.keys(TARGETS).find((one) => TARGETS[one] === value);
  return verdict === undefined ? undefined : { verdict };
}

/** One transaction for the commands of several rules. */
export const merge = (
  operations: readonly (readonly Command[])[],
  answers: readonly Answer[] | undefined,
): Merged | undefined => mergedIptables(operations, answers, { parseComment, orderOf: tableName });
