import { type Answer, type Command, command } from "../command";
import { MARK_PREFIX, parseMark } from "../mark";
import { NFT_FAMILIES } from "../packet/nft";
import { type NftRule, type NftTable, parseTable } from "../parse/nft";
import type { NatRuleArgs } from "../resources/natRule";
import { parseComment } from "./comment";
import { type Chain, type FoundLeg, isAs, kindAmong, type Leg, type Marked, pair } from "./legs";
import { expressionsOf, readExpressions } from "./nftExpressions";

/** What the chains are: priorities `dstnat`, `srcnat` and `raw` in nft(8). */
const CHAINS: Readonly<Record<Chain, { type: string; hook: string; prio: number }>> = {
  prerouting: { type: "nat", hook: "prerouting", prio: -100 },
  output: { type: "nat", hook: "output", prio: -100 },
  postrouting: { type: "nat", hook: "postrouting", prio: 100 },
  raw: { type: "filter", hook: "prerouting", prio: -300 },
};

/** A chain for each priority: `prerouting`, `prerouting/-5`. */
const chainName = ({ chain, priority }: Pick<Leg, "chain" | "priority">): string =>
  priority === 0 ? chain : `${chain}/${priority}`;

/** `undefined` for a chain that none of our rules is in. */
function parseChain(name: string): { chain: string; priority: number } | undefined {
  const [chain = "", priority = "0"] = name.split("/");
  return chain in CHAINS ? { chain, priority: Number(priority) } : undefined;
}

/**
 * A table for each stack: no other stack's run can come between a look at it and the change that follows. Where the
 * stack's name is too long for a mark, a table for each rule.
 */
export function tableName(mark: string): string {
  const { stack, hash } = parseMark(mark) ?? {};
  return `${MARK_PREFIX}/${(stack ?? hash)?.replaceAll("+", "_")}`;
}

export const probe = ({ namespace, family, mark }: NatRuleArgs): Command[] => [
  command("nft", namespace, ["-j", "list", "table", NFT_FAMILIES[family], tableName(mark)]),
];

/** All rules of a network namespace, for `surveyed`. */
export const survey = (namespace: string | undefined): Command[] => [
  command("nft", namespace, ["-j", "list", "ruleset"]),
];

/** The resources behind the rules in an answer to `survey`. */
export function surveyed([listing]: readonly Answer[]): Marked[] {
  const rules = (parseTable(listing)?.rules ?? []).flatMap((rule) => {
    const mark = parseComment(rule.comment)?.mark;
    return mark === undefined ? [] : [{ mark, family: rule.family, said: readExpressions(rule.expr) }];
  });
  return [...new Set(rules.map(({ mark }) => mark))].map((mark) => {
    const own = rules.filter((rule) => rule.mark === mark);
    return {
      ...{ mark, ...kindAmong(own.map(({ said }) => said)) },
      family: own[0]?.family === "ip6" ? "ipv6" : "ipv4",
    };
  });
}

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
    const { chain, priority } = parseChain(rule.chain) ?? { chain: rule.chain, priority: 0 };
    return [{ rule, leg: { ...readExpressions(rule.expr), chain, priority } }];
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
 * anything left in them. One transaction: no packet meets a half-made state.
 */
export function change(
  answers: readonly Answer[],
  was: string,
  { namespace, family: ipFamily, mark }: NatRuleArgs,
  wanted: readonly Leg[],
): Command[] {
  const family = NFT_FAMILIES[ipFamily];
  const [from, into] = [tableName(was), tableName(mark)];
  const seen = parseTable(answers[0]);
  const old = foundIn(seen, was);
  const plan = planOf(old, wanted, mark);
  const hasMoved = from !== into;
  const going = hasMoved ? old : plan.surplus;
  const { emptied, isTableEmpty } = leftIn(seen, going, hasMoved ? [] : wanted);
  const changed = plan.pairs.filter(({ isKept }) => hasMoved || !isKept);

  const operations = [
    ...(changed.length > 0 ? [{ add: { table: { family, name: into } } }] : []),
    ...changed.map(({ leg }) => {
      const { prio, ...base } = CHAINS[leg.chain];
      const chain = { family, table: into, name: chainName(leg), ...base, prio: prio + leg.priority };
      return { add: { chain: { ...chain, policy: "accept" } } };
    }),
    ...changed.map(({ leg, found }) => {
      const chain = chainName(leg);
      const rule = { family, table: into, chain, comment: mark, expr: expressionsOf(leg, ipFamily) };
      // A new rule takes the place of its old one, as the first rule that fits a packet decides.
      const handle = !hasMoved && found?.chain === chain ? found.handle : undefined;
      return handle === undefined ? { add: { rule } } : { replace: { rule: { ...rule, handle } } };
    }),
    ...going.map(({ rule: { chain, handle } }) => ({
      delete: { rule: { family, table: from, chain, handle } },
    })),
    ...emptied.map((name) => ({ delete: { chain: { family, table: from, name } } })),
    ...(isTableEmpty ? [{ delete: { table: { family, name: from } } }] : []),
  ];
  return operations.length === 0
    ? []
    : [command("nft", namespace, ["-j", "-f", "-"], JSON.stringify({ nftables: operations }))];
}

/** Each wanted rule, the one that has its place, and whether that is as it should be; and what has no place any more. */
function planOf(old: readonly Found[], wanted: readonly Leg[], mark: string) {
  const { pairs, surplus } = pair(
    old.map(({ rule, leg }) => ({ ...leg, rule })),
    wanted,
  );
  const planned = pairs.map(({ leg, seen }) => ({
    ...{ leg, found: seen?.rule },
    isKept: seen !== undefined && isAs(seen, leg) && seen.rule.comment === mark,
  }));
  // A rule of another priority is in another chain, and cannot be moved.
  const moved = planned.flatMap(({ leg, found }) => (found && found.chain !== chainName(leg) ? [found] : []));
  const isGoing = (rule: NftRule) => moved.includes(rule) || surplus.some((one) => one.rule === rule);
  return { pairs: planned, surplus: old.filter(({ rule }) => isGoing(rule)) };
}

/** Which chains of ours have nothing in them once `going` is gone and `staying` is there, and whether the table has not. */
function leftIn(table: NftTable | undefined, going: readonly Found[], staying: readonly Leg[]) {
  const { chains, rules, hasMore } = table ?? { chains: [], rules: [], hasMore: false };
  const left = rules.filter((rule) => !going.some((one) => one.rule === rule));
  const used = [...left.map(({ chain }) => chain), ...staying.map(chainName)];
  const emptied = chains.filter((name) => parseChain(name) && !used.includes(name));
  const isTableEmpty =
    table !== undefined && !hasMore && used.length === 0 && emptied.length === chains.length;
  return { emptied, isTableEmpty };
}
