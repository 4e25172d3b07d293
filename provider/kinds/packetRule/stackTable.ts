import { type Command, command } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { MARK_PREFIX, parseMark } from "../../linux/marks/mark";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import type { NftRule, NftTable } from "../../linux/read/nft/ownRules";

/**
 * The nftables table for the NAT rules and filter rules of a stack. Each kind has its own chains there, and the
 * deletion of the last rule deletes the table.
 */

/** The place of a rule. Its mark determines the table. */
interface Place {
  readonly namespace?: string | undefined;
  readonly family: Family;
  readonly mark: string;
}

/**
 * Returns the table of a stack, or of a single rule if the name of the stack is too long for a mark. With separate
 * tables, no other stack can interfere between a look and the change that follows.
 */
export function tableName(mark: string): string {
  const { stack, hash } = parseMark(mark) ?? {};
  return `${MARK_PREFIX}/${(stack ?? hash)?.replaceAll("+", "_")}`;
}

export const probe = ({ namespace, family, mark }: Place): Command[] => [
  command("nft", namespace, ["-j", "list", "table", NFT_FAMILIES[family], tableName(mark)]),
];

/** Lists all rules of a network namespace. */
export const discover = (namespace: string | undefined): Command[] => [
  command("nft", namespace, ["-j", "list", "ruleset"]),
];

/** Returns one transaction, so that no packet meets an incomplete state. */
export const transaction = (namespace: string | undefined, operations: readonly object[]): Command[] =>
  operations.length === 0
    ? []
    : [command("nft", namespace, ["-j", "-f", "-"], JSON.stringify({ nftables: operations }))];

/**
 * Runs operations in a table that must exist and be active. Activating it takes a separate transaction, because the
 * kernel refuses a new base chain in one that changes flags (`Invalid argument`).
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

/** The rules to delete from a table, and those that stay. */
interface Leaving {
  readonly going: readonly NftRule[];
  /** Chains that will have rules. */
  readonly needed: readonly string[];
  /** Chains whose rules another operation of the same transaction deletes. */
  readonly emptied?: readonly string[];
  /** Whether a chain belongs to the kind of the deleted rules. Other chains stay unchanged. */
  isOurs(chain: string): boolean;
}

/**
 * Returns the operations that delete rules from the table of `mark`, with the chains and the table once they are empty.
 */
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

/**
 * Returns the chains of ours that are empty after the deletion, except those that are `needed`, and whether the table
 * is empty.
 */
export function leftIn(observed: NftTable | undefined, { going, needed, isOurs }: Leaving) {
  const { chains, rules, hasMore } = observed ?? { chains: [], rules: [], hasMore: false };
  const used = [...rules.filter((rule) => !going.includes(rule)).map(({ chain }) => chain), ...needed];
  const emptied = chains.map(({ name }) => name).filter((name) => isOurs(name) && !used.includes(name));
  const isTableEmpty =
    observed !== undefined && !hasMore && used.length === 0 && emptied.length === chains.length;
  return { emptied, isTableEmpty };
}
