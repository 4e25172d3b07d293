import type { Merged } from "../../engine/definition";
import type { Answer, Command } from "../../linux/command";
import { familyNamed, NFT_FAMILIES } from "../../linux/read/nft/families";
import { type NftRule, type NftTable, parseTable } from "../../linux/read/nft/ownRules";
import {
  type Base,
  type Entry,
  isMisshapen,
  obstaclesTo,
  type Place,
  writeChain,
} from "../packetRule/stackChain";
import { deletions, tableName, transaction, writing } from "../packetRule/stackTable";
import { merged } from "../packetRule/together";
import type { NatRuleArgs } from "./args";
import { parseComment } from "./comment";
import { expressionsOf, readExpressions } from "./nftExpressions";
import {
  type Chain,
  isAs,
  type Marked,
  type ObservedRule,
  pair,
  type RuleSpec,
  resourcesBehind,
} from "./ruleSpecs";

/** The base chains, with the priorities `dstnat`, `srcnat` and `raw` of nft(8). */
const CHAINS: Readonly<Record<Chain, Base>> = {
  prerouting: { type: "nat", hook: "prerouting", prio: -100 },
  output: { type: "nat", hook: "output", prio: -100 },
  postrouting: { type: "nat", hook: "postrouting", prio: 100 },
  raw: { type: "filter", hook: "prerouting", prio: -300 },
};

/** The name of the chain for a priority: `prerouting`, `prerouting/-5`. */
const chainName = ({ chain, priority }: Pick<RuleSpec, "chain" | "priority">): string =>
  priority === 0 ? chain : `${chain}/${priority}`;

/** Returns `undefined` for a chain without rules of ours. */
function parseChain(name: string): { chain: Chain; priority: number } | undefined {
  const [first = "", priority = "0"] = name.split("/");
  const chain = NAMES.find((one) => one === first);
  return chain && { chain, priority: Number(priority) };
}

const NAMES: readonly Chain[] = ["prerouting", "output", "postrouting", "raw"];

function baseOf({ chain, priority }: Pick<RuleSpec, "chain" | "priority">): Base {
  const base = CHAINS[chain];
  return { ...base, prio: base.prio + priority };
}

const isOwn = ({ comment }: NftRule): boolean => parseComment(comment) !== undefined;

const isOurs = (chain: string): boolean => parseChain(chain) !== undefined;

export { discover, probe } from "../packetRule/stackTable";

/** Returns the resources whose rules are in an answer to `discover`. */
export const discovered = ([listing]: readonly Answer[]): Marked[] =>
  resourcesBehind(
    (parseTable(listing)?.rules ?? []).flatMap(({ comment, family, expr }) => {
      const mark = parseComment(comment)?.mark;
      return mark === undefined ? [] : [{ mark, family: familyNamed(family), match: readExpressions(expr) }];
    }),
  );

interface Found {
  readonly rule: NftRule;
  readonly spec: ObservedRule;
}

/** Returns the rules with this mark in an answer to `probe`. */
export const find = (answers: readonly Answer[], mark: string): ObservedRule[] =>
  foundIn(parseTable(answers[0]), mark).map(({ spec }) => spec);

const foundIn = (table: NftTable | undefined, mark: string): Found[] =>
  (table?.rules ?? []).flatMap((rule) => {
    const comment = parseComment(rule.comment);
    if (comment?.mark !== mark) return [];
    const place = parseChain(rule.chain);
    const { chain, priority } = place ?? { chain: rule.chain, priority: 0 };
    const obstacles = table && place ? obstaclesTo(table, rule, baseOf(place), isOwn) : [];
    return [{ rule, spec: { ...readExpressions(rule.expr), chain, priority, obstacles } }];
  });

/** Returns the guards of localhost in any listing of rules, with the links that they guard. */
export const guardsIn = (listing: Answer) =>
  (parseTable(listing || undefined)?.rules ?? []).flatMap(({ comment, expr }) => {
    const parsed = parseComment(comment);
    const { kind, inInterface } = readExpressions(expr);
    return parsed && kind === "drop" ? [{ ...parsed, link: inInterface }] : [];
  });

/** Replaces the rules with the mark `was` by `wanted`. Deletes chains and the table once they are empty. */
export function change(
  answers: readonly Answer[],
  was: string,
  { namespace, family: ipFamily, mark }: NatRuleArgs,
  wanted: readonly RuleSpec[],
): Command[] {
  const family = NFT_FAMILIES[ipFamily];
  const into = tableName(mark);
  const observed = parseTable(answers[0]);
  const old = foundIn(observed, was);
  const plan = planOf(old, wanted, mark);
  const hasMoved = tableName(was) !== into;
  const going = (hasMoved ? old : plan.surplus).map(({ rule }) => rule);
  const changed = plan.pairs.filter(({ isKept }) => hasMoved || !isKept);
  const there = hasMoved ? undefined : observed;
  const places = [...new Map(changed.map(({ spec }) => [chainName(spec), baseOf(spec)]))].map(
    ([name, base]): Place => ({ family, table: into, name, base, isOwn }),
  );
  const leave = deletions(
    observed,
    { family: ipFamily, mark: was },
    {
      going,
      needed: hasMoved ? [] : wanted.map(chainName),
      emptied: places.filter((place) => isMisshapen(there, place)).map(({ name }) => name),
      isOurs,
    },
  );
  if (changed.length === 0) return transaction(namespace, leave);

  /** A new rule takes the position of the old one, because the first rule that matches a packet decides. */
  const entriesOf = ({ name }: Place): Entry[] =>
    changed
      .filter(({ spec }) => chainName(spec) === name)
      .map(({ spec, found }) => {
        const at = !hasMoved && found?.chain === name ? found : undefined;
        const rule = { comment: mark, expr: expressionsOf(spec, ipFamily) };
        return { rule, at, isReplacing: at !== undefined };
      });
  return writing(namespace, there, { family, name: into }, [
    ...places.flatMap((place) => writeChain(there, place, entriesOf(place), going)),
    ...leave,
  ]);
}

/**
 * Returns each wanted rule with the rule at its position and whether that is correct, and the rules without a position.
 */
function planOf(old: readonly Found[], wanted: readonly RuleSpec[], mark: string) {
  const { pairs, surplus } = pair(
    old.map(({ rule, spec }) => ({ ...spec, rule })),
    wanted,
  );
  const planned = pairs.map(({ spec, observed }) => ({
    ...{ spec, found: observed?.rule },
    isKept: observed !== undefined && isAs(observed, spec) && observed.rule.comment === mark,
  }));
  // A rule of another priority is in another chain and cannot be moved.
  const moved = planned.flatMap(({ spec, found }) =>
    found && found.chain !== chainName(spec) ? [found] : [],
  );
  const isGoing = (rule: NftRule) => moved.includes(rule) || surplus.some((one) => one.rule === rule);
  return { pairs: planned, surplus: old.filter(({ rule }) => isGoing(rule)) };
}

/**
 * Merges the transactions of several rules. NAT rules have no priority of their own, because their chains do. Within a chain they keep the order of creation.
 */
export const merge = (
  operations: readonly (readonly Command[])[],
  answers: readonly Answer[] | undefined,
): Merged | undefined => merged(operations, answers, { isOurs, priorityOf: () => 0 });
