import type { Merged } from "../../engine/definition";
import type { Answer, Command } from "../../linux/command";
import { familyNamed, NFT_FAMILIES } from "../../linux/read/nft/families";
import { type NftRule, type NftTable, parseTable } from "../../linux/read/nft/ownRules";
import { type Base, isMisshapen, obstaclesTo, type Place, writeChain } from "../packetRule/stackChain";
import { deletions, tableName, transaction, writing } from "../packetRule/stackTable";
import { merged } from "../packetRule/together";
import type { FilterRuleArgs } from "./args";
import { marked, parseComment, printComment, priorityOf } from "./comment";
import { type FoundRule, type Marked, wantedMatch } from "./match";
import { expressionsOf, readExpressions } from "./nftExpressions";
import { isInOrder } from "./order";

/** The prefix of our chains. NAT rules have chains in the same table, one of them called `output`. */
const PREFIX = "filter-";

const HOOKS = ["input", "output", "forward"];

const isOurs = (chain: string): boolean => HOOKS.some((hook) => chain === PREFIX + hook);

export const table = ({ mark }: FilterRuleArgs): string => tableName(mark);

const baseOf = (hook: string): Base => ({ type: "filter", hook, prio: 0 });

const isOwn = ({ comment }: NftRule): boolean => parseComment(comment) !== undefined;

/** The number of rules in the kernel for one resource. One rule has room for everything. */
export const count = (): number => 1;

export { discover, probe } from "../packetRule/stackTable";

/** Returns the resources whose rules are in an answer to `discover`. */
export const discovered = ([listing]: readonly Answer[]): Marked[] =>
  (parseTable(listing)?.rules ?? []).flatMap(({ family, comment, chain }) => {
    const mark = parseComment(comment)?.mark;
    if (mark === undefined) return [];
    return [{ chain: chain.replace(PREFIX, ""), family: familyNamed(family), mark }];
  });

/** Returns the rules with this mark in an answer to `probe`. */
export function find([listing]: readonly Answer[], { mark, family }: FilterRuleArgs): FoundRule[] {
  const observed = parseTable(listing);
  return marked(observed?.rules ?? [], mark).map((rule) => {
    const beside = ordered(observed, rule.chain);
    const chain = rule.chain.replace(PREFIX, "");
    return {
      ...readExpressions(rule.expr, family),
      chain,
      dockerUser: false,
      priority: priorityOf(rule),
      isInOrder: isInOrder(beside.map(priorityOf), beside.indexOf(rule)),
      obstacles: observed && isOurs(rule.chain) ? obstaclesTo(observed, rule, baseOf(chain), isOwn) : [],
    };
  });
}

/** Returns our rules in a chain, in order. */
const ordered = (observed: NftTable | undefined, chain: string): NftRule[] =>
  (observed?.rules ?? []).filter((rule) => rule.chain === chain && isOwn(rule));

/**
 * Puts the rule at the position of its priority and deletes those with the mark `was`, or only deletes these. Deletes
 * chains and the table once they are empty.
 */
export function change(
  [listing]: readonly Answer[],
  was: string,
  args: FilterRuleArgs,
  isWanted = true,
): Command[] {
  const family = NFT_FAMILIES[args.family];
  const into = tableName(args.mark);
  const isSameTable = tableName(was) === into;
  const chain = PREFIX + args.chain;
  const observed = parseTable(listing);
  const old = marked(observed?.rules ?? [], was);
  const beside = isSameTable ? ordered(observed, chain) : [];
  // The position of the old rule, which is not replaced, because nft 1.0 aborts if one set of networks replaces
  // another.
  const next =
    beside.find((rule) => old.includes(rule) && isInPlace(rule, beside, args)) ??
    beside.find((rule) => !old.includes(rule) && priorityOf(rule) > args.priority);

  const place: Place = { family, table: into, name: chain, base: baseOf(args.chain), isOwn };
  const rule = { comment: printComment(args), expr: expressionsOf(wantedMatch(args), args.family) };
  const there = isSameTable ? observed : undefined;
  const entry = { rule, at: next, isReplacing: false };
  const leaving = { going: old, needed: isWanted && isSameTable ? [chain] : [], isOurs };
  const leave = (emptied: readonly string[]) =>
    deletions(observed, { family: args.family, mark: was }, { ...leaving, emptied });
  if (!isWanted) return transaction(args.namespace, leave([]));
  return writing(args.namespace, there, { family, name: into }, [
    ...writeChain(there, place, [entry], old),
    ...leave(isMisshapen(there, place) ? [chain] : []),
  ]);
}

const isInPlace = (rule: NftRule, beside: readonly NftRule[], { priority }: FilterRuleArgs): boolean =>
  priorityOf(rule) === priority &&
  beside.includes(rule) &&
  isInOrder(beside.map(priorityOf), beside.indexOf(rule));

/** Merges the transactions of several rules. */
export const merge = (
  operations: readonly (readonly Command[])[],
  answers: readonly Answer[] | undefined,
): Merged | undefined => merged(operations, answers, { isOurs, priorityOf });
