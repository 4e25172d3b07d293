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
import { type Chain, type FoundLeg, isAs, type Leg, type Marked, pair, resourcesBehind } from "./ruleSpecs";

/** What the chains are: priorities `dstnat`, `srcnat` and `raw` in nft(8). */
const CHAINS: Readonly<Record<Chain, Base>> = {
  prerouting: { type: "nat", hook: "prerouting", prio: -100 },
  output: { type: "nat", hook: "output", prio: -100 },
  postrouting: { type: "nat", hook: "postrouting", prio: 100 },
  raw: { type: "filter", hook: "prerouting", prio: -300 },
};

/** A chain for each priority: `prerouting`, `prerouting/-5`. */
const chainName = ({ chain, priority }: Pick<Leg, "chain" | "priority">): string =>
  priority === 0 ? chain : `${chain}/${priority}`;

/** `undefined` for a chain that none of our rules is in. */
function parseChain(name: string): { chain: Chain; priority: number } | undefined {
  const [first = "", priority = "0"] = name.split("/");
  const chain = NAMES.find((one) => one === first);
  return chain && { chain, priority: Number(priority) };
}

const NAMES: readonly Chain[] = ["prerouting", "output", "postrouting", "raw"];

function baseOf({ chain, priority }: Pick<Leg, "chain" | "priority">): Base {
  const base = CHAINS[chain];
  return { ...base, prio: base.prio + priority };
}

const isOwn = ({ comment }: NftRule): boolean => parseComment(comment) !== undefined;

const isOurs = (chain: string): boolean => parseChain(chain) !== undefined;

export { discover, probe } from "../packetRule/stackTable";

/** The resources behind the rules in an answer to `discover`. */
export const discovered = ([listing]: readonly Answer[]): Marked[] =>
  resourcesBehind(
    (parseTable(listing)?.rules ?? []).flatMap(({ comment, family, expr }) => {
      const mark = parseComment(comment)?.mark;
      return mark === undefined ? [] : [{ mark, family: familyNamed(family), said: readExpressions(expr) }];
    }),
  );

interface Found {
  readonly rule: NftRule;
  readonly leg: FoundLeg;
}

/** The rules with this mark in an answer to `probe`. */
export const find = (answers: readonly Answer[], mark: string): FoundLeg[] =>
  foundIn(parseTable(answers[0]), mark).map(({ leg }) => leg);

const foundIn = (table: NftTable | undefined, mark: string): Found[] =>
  (table?.rules ?? []).flatMap((rule) => {
    const comment = parseComment(rule.comment);
    if (comment?.mark !== mark) return [];
    const place = parseChain(rule.chain);
    const { chain, priority } = place ?? { chain: rule.chain, priority: 0 };
    const obstacles = table && place ? obstaclesTo(table, rule, baseOf(place), isOwn) : [];
    return [{ rule, leg: { ...readExpressions(rule.expr), chain, priority, obstacles } }];
  });

/** The guards of localhost in any listing of rules, by the link they guard. */
export const guardsIn = (listing: Answer) =>
  (parseTable(listing || undefined)?.rules ?? []).flatMap(({ comment, expr }) => {
    const parsed = parseComment(comment);
    const { kind, inInterface } = readExpressions(expr);
    return parsed && kind === "drop" ? [{ ...parsed, link: inInterface }] : [];
  });

/**
 * Puts `wanted` in the place of the rules with the mark `was`, and takes away chains and the table when nobody has
 * anything left in them.
 */
export function change(
  answers: readonly Answer[],
  was: string,
  { namespace, family: ipFamily, mark }: NatRuleArgs,
  wanted: readonly Leg[],
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
  const places = [...new Map(changed.map(({ leg }) => [chainName(leg), baseOf(leg)]))].map(
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

  /** A new rule takes the place of its old one, as the first rule that fits a packet decides. */
  const entriesOf = ({ name }: Place): Entry[] =>
    changed
      .filter(({ leg }) => chainName(leg) === name)
      .map(({ leg, found }) => {
        const at = !hasMoved && found?.chain === name ? found : undefined;
        const rule = { comment: mark, expr: expressionsOf(leg, ipFamily) };
        return { rule, at, isReplacing: at !== undefined };
      });
  return writing(namespace, there, { family, name: into }, [
    ...places.flatMap((place) => writeChain(there, place, entriesOf(place), going)),
    ...leave,
  ]);
}

/** Each wanted rule, the one that has its place, and whether that is as it should be; and what has no place any more. */
function planOf(old: readonly Found[], wanted: readonly Leg[], mark: string) {
  const { pairs, surplus } = pair(
    old.map(({ rule, leg }) => ({ ...leg, rule })),
    wanted,
  );
  const planned = pairs.map(({ leg, observed }) => ({
    ...{ leg, found: observed?.rule },
    isKept: observed !== undefined && isAs(observed, leg) && observed.rule.comment === mark,
  }));
  // A rule of another priority is in another chain, and cannot be moved.
  const moved = planned.flatMap(({ leg, found }) => (found && found.chain !== chainName(leg) ? [found] : []));
  const isGoing = (rule: NftRule) => moved.includes(rule) || surplus.some((one) => one.rule === rule);
  return { pairs: planned, surplus: old.filter(({ rule }) => isGoing(rule)) };
}

/** One transaction for those of several rules. Priorities are those of chains, and in a chain the first comes first. */
export const merge = (
  operations: readonly (readonly Command[])[],
  answers: readonly Answer[] | undefined,
): Merged | undefined => merged(operations, answers, { isOurs, priorityOf: () => 0 });
