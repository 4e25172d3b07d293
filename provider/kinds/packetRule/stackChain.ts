import type { NftRule, NftTable } from "../../linux/read/nft/ownRules";

/**
 * A base chain in the table of a stack: the conditions for its rules to be in force, and the operations that establish
 * them.
 */

export interface Base {
  readonly type: string;
  readonly hook: string;
  readonly prio: number;
}

/** Statements that pass a packet on to the next rule. */
const PASSING: readonly string[] = ["match", "counter", "log", "limit", "quota", "mangle"];

const mayEnd = ({ expr }: NftRule): boolean =>
  expr.some((one) => Object.keys(Object(one)).some((word) => !PASSING.includes(word)));

type IsOwn = (rule: NftRule) => boolean;

const rulesIn = (table: NftTable, chain: string): NftRule[] =>
  table.rules.filter((rule) => rule.chain === chain);

/** Returns the index of the first foreign rule that may keep packets from later rules. */
const firstBlocking = (rules: readonly NftRule[], isOwn: IsOwn): number =>
  rules.findIndex((rule) => !isOwn(rule) && mayEnd(rule));

const isAtBase = (table: NftTable, name: string, { type, hook, prio }: Base): boolean =>
  table.chains.some(
    (chain) => chain.name === name && chain.type === type && chain.hook === hook && chain.prio === prio,
  );

/**
 * Returns the reasons why a rule is not in force, or not alone, despite its content. Each fits into brackets.
 */
export function obstaclesTo(table: NftTable, rule: NftRule, base: Base, isOwn: IsOwn): string[] {
  const { type, hook, prio, policy = "accept" } = table.chains.find(({ name }) => name === rule.chain) ?? {};
  const where =
    hook === undefined ? "at no hook" : `of type ${type} at the hook ${hook} with priority ${prio}`;
  const rules = rulesIn(table, rule.chain);
  const blocking = firstBlocking(rules, isOwn);
  return [
    ...(table.isDormant ? ["its table is dormant"] : []),
    ...(isAtBase(table, rule.chain, base) ? [] : [`its chain is ${where}`]),
    ...(policy === "accept" ? [] : [`its chain has the policy ${policy}`]),
    ...(blocking >= 0 && blocking < rules.indexOf(rule) ? ["behind a foreign rule"] : []),
  ];
}

/** A rule to write. */
export interface Entry {
  readonly rule: { readonly expr: readonly unknown[]; readonly comment: string };
  /** The rule that it precedes or replaces. */
  readonly at?: NftRule | undefined;
  readonly isReplacing: boolean;
}

/** The required properties of a chain. */
export interface Place {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly base: Base;
  readonly isOwn: IsOwn;
}

/**
 * Whether a chain must be rewritten as a whole. The kernel moves neither a chain to another hook or priority, nor a
 * rule within its chain.
 */
export function isMisshapen(table: NftTable | undefined, { name, base, isOwn }: Place): boolean {
  if (!table?.chains.some((chain) => chain.name === name)) return false;
  const rules = rulesIn(table, name);
  const blocking = firstBlocking(rules, isOwn);
  return !isAtBase(table, name, base) || (blocking >= 0 && rules.slice(blocking).some(isOwn));
}

/** Returns the operations that give the chain its required properties and write the entries. */
export function writeChain(
  table: NftTable | undefined,
  place: Place,
  entries: readonly Entry[],
  going: readonly NftRule[],
): object[] {
  const { family, name, base } = place;
  const added = { add: { chain: { family, table: place.table, name, ...base, policy: "accept" } } };
  const ruleOf = ({
    expr,
    comment,
  }: {
    readonly expr: readonly unknown[];
    readonly comment?: string | undefined;
  }) => ({
    ...{ family, table: place.table, chain: name },
    ...(comment !== undefined && { comment }),
    expr,
  });
  if (table && isMisshapen(table, place)) {
    const rules = rewritten(table, place, entries, going);
    return [...clearing(table, place), added, ...rules.map((rule) => ({ add: { rule: ruleOf(rule) } }))];
  }
  const rules = table ? rulesIn(table, name) : [];
  const blocking = rules[firstBlocking(rules, place.isOwn)];
  return [
    added,
    ...entries.map(({ rule, at = blocking, isReplacing }) => {
      if (!at) return { add: { rule: ruleOf(rule) } };
      const placed = { rule: { ...ruleOf(rule), handle: at.handle } };
      return isReplacing ? { replace: placed } : { insert: placed };
    }),
  ];
}

/** Returns the operations that empty a chain, and delete it if the kernel cannot change it. */
function clearing(table: NftTable, { family, name, base, ...place }: Place): object[] {
  const where = { family, table: place.table };
  return [
    ...rulesIn(table, name).map(({ handle }) => ({ delete: { rule: { ...where, chain: name, handle } } })),
    ...(isAtBase(table, name, base) ? [] : [{ delete: { chain: { ...where, name } } }]),
  ];
}

/**
 * Returns the remaining and new rules of a chain in order. Foreign rules that may keep packets from ours come last.
 */
function rewritten(
  table: NftTable,
  { name, isOwn }: Place,
  entries: readonly Entry[],
  going: readonly NftRule[],
): Pick<NftRule, "expr" | "comment">[] {
  const isBlocking = (rule: NftRule) => !isOwn(rule) && mayEnd(rule);
  const rules = rulesIn(table, name);
  const kept = rules
    .filter((rule) => !isBlocking(rule))
    .flatMap((rule) => {
      const here = entries.filter(({ at }) => at === rule);
      const isGone = going.includes(rule) || here.some(({ isReplacing }) => isReplacing);
      return [...here.map((entry) => entry.rule), ...(isGone ? [] : [rule])];
    });
  const last = entries.filter(({ at }) => !at).map((entry) => entry.rule);
  return [...kept, ...last, ...rules.filter(isBlocking)].map((rule) => ({ ...rule, expr: [...rule.expr] }));
}
