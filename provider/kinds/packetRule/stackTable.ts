import { type Command, command } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { MARK_PREFIX, parseMark } from "../../linux/marks/mark";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import type { NftRule, NftTable } from "../../linux/read/nft/ownRules";

/**
 * The table of nftables that the rules of a stack are in, those of NAT beside those of filters. Each kind has chains of its
 * own there, and whoever takes the last rule out takes the table away.
 */

/** Where a rule is: the table is that of its mark. */
interface Place {
  readonly namespace?: string | undefined;
  readonly family: Family;
  readonly mark: string;
}

/**
 * A table for each stack: no other stack's run can come between a look at it and the change that follows. Where the
 * stack's name is too long for a mark, a table for each rule.
 */
export function tableName(mark: string): string {
  const { stack, hash } = parseMark(mark) ?? {};
  return `${MARK_PREFIX}/${(stack ?? hash)?.replaceAll("+", "_")}`;
}

export const probe = ({ namespace, family, mark }: Place): Command[] => [
  command("nft", namespace, ["-j", "list", "table", NFT_FAMILIES[family], tableName(mark)]),
];

/** All rules of a network namespace. */
export const discover = (namespace: string | undefined): Command[] => [
  command("nft", namespace, ["-j", "list", "ruleset"]),
];

/** One transaction: no packet meets a half-made state. */
export const transaction = (namespace: string | undefined, operations: readonly object[]): Command[] =>
  operations.length === 0
    ? []
    : [command("nft", namespace, ["-j", "-f", "-"], JSON.stringify({ nftables: operations }))];

/**
 * Operations in a table that is to be there and awake. Waking is a transaction of its own: the kernel refuses a new base chain
 * in one that changes flags (`Invalid argument`).
 */
export function writing(
  namespace: string | undefined,
  observed: NftTable | undefined,
  table: { readonly family: string; readonly name: string },
  operations: readonly object[],
): Command[] {
  const added = { add: { table } };
  return observed?.isDormant
    ? [...transaction(namespace, operations), ...transaction(namespace, [added])]
    : transaction(namespace, [added, ...operations]);
}

/** What is to go from a table, and what is to stay in it. */
interface Leaving {
  readonly going: readonly NftRule[];
  /** Chains that something is going to be in. */
  readonly needed: readonly string[];
  /** Chains whose rules another operation of the same transaction deletes. */
  readonly emptied?: readonly string[];
  /** Whether a chain is one of the kind whose rules go: those of the other are not touched. */
  isOurs(chain: string): boolean;
}

/** Operations that delete rules from the table of `mark`, and chains and the table when nobody has anything left in them. */
export function deletions(
  observed: NftTable | undefined,
  { family, mark }: Place,
  leaving: Leaving,
): object[] {
  const table = { family: NFT_FAMILIES[family], table: tableName(mark) };
  const { emptied, isTableEmpty } = leftIn(observed, leaving);
  return [
    ...leaving.going
      .filter(({ chain }) => !leaving.emptied?.includes(chain))
      .map(({ chain, handle }) => ({ delete: { rule: { ...table, chain, handle } } })),
    ...emptied.map((name) => ({ delete: { chain: { ...table, name } } })),
    ...(isTableEmpty ? [{ delete: { table: { family: table.family, name: table.table } } }] : []),
  ];
}

/** Which chains of ours have nothing in them once `going` is gone, but for those that are `needed`; and whether the table has. */
export function leftIn(observed: NftTable | undefined, { going, needed, isOurs }: Leaving) {
  const { chains, rules, hasMore } = observed ?? { chains: [], rules: [], hasMore: false };
  const used = [...rules.filter((rule) => !going.includes(rule)).map(({ chain }) => chain), ...needed];
  const emptied = chains.map(({ name }) => name).filter((name) => isOurs(name) && !used.includes(name));
  const isTableEmpty =
    observed !== undefined && !hasMore && used.length === 0 && emptied.length === chains.length;
  return { emptied, isTableEmpty };
}
