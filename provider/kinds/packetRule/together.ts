import type { Merged, Together } from "../../engine/definition";
import type { Answer, Command } from "../../linux/command";
import { type NftRule, parseTable } from "../../linux/read/nft/ownRules";
import { isIptablesChange } from "./iptablesTogether";
import { leftIn, transaction } from "./stackTable";

/** Merges the transactions of several rules of one table, with the same result as one after the other. */

type Named = Readonly<Record<"family" | "table" | "name", string>>;
type Placed = Readonly<Record<"family" | "table" | "chain", string>> & {
  readonly comment?: string;
  readonly handle?: number;
};

/** An operation from `stackChain.ts` or `stackTable.ts`. */
interface Operation {
  readonly add?: Written;
  readonly insert?: Written;
  readonly replace?: Written;
  readonly delete?: Written;
}

interface Written {
  readonly table?: Pick<Named, "family" | "name">;
  readonly chain?: Named;
  readonly rule?: Placed;
}

/** The tests by which a kind recognizes its rules. */
interface Kind {
  /** Whether a chain of nftables belongs to this kind. */
  isOurs(chain: string): boolean;
  /** Returns the priority of a rule in its chain from its comment. The lowest comes first. */
  priorityOf(rule: { readonly comment?: string | undefined }): number;
}

/**
 * Returns `undefined` if the transactions cannot be merged: one of them rewrites a chain or moves a rule to another
 * table, or a chain is out of order, so that priorities alone do not determine positions.
 */
export function merged(
  all: readonly (readonly Command[])[],
  answers: readonly Answer[] | undefined,
  kind: Kind,
): Merged | undefined {
  const changes = all.flatMap(([first]) => first ?? []);
  const command = answers && transactionOf(changes, answers, kind);
  return command && { command, rest: all.map((commands) => commands.slice(1)) };
}

function transactionOf(
  changes: readonly Command[],
  [listing]: readonly Answer[],
  { isOurs, priorityOf }: Kind,
): Command | undefined {
  const [first] = changes;
  const lists = changes.map(operationsIn);
  const table = parseTable(listing);
  if (lists.some((list) => list.length === 0 || isRewriting(list))) return undefined;
  const operations = lists.flat();
  const [place, ...elsewhere] = new Set(operations.map(placeOf));
  if (place === undefined || elsewhere.length > 0) return undefined;

  const added = operations.filter(({ add }) => add?.table ?? add?.chain);
  const written = operations.flatMap((operation) => {
    const rule = (operation.add ?? operation.insert ?? operation.replace)?.rule;
    return rule ? [{ operation, rule }] : [];
  });
  const chains = new Set(written.map(({ rule }) => rule.chain));
  const there = (table?.rules ?? []).filter(({ comment }) => comment !== undefined);
  if ([...chains].some((chain) => isFalling(there.filter((rule) => rule.chain === chain).map(priorityOf))))
    return undefined;
  const deleted = new Set(operations.flatMap((operation) => operation.delete?.rule?.handle ?? []));
  const going: NftRule[] = (table?.rules ?? []).filter(({ handle }) => deleted.has(handle));
  const { emptied, isTableEmpty } = leftIn(table, { going, needed: [...chains], isOurs });
  const [family = "", name = ""] = place.split("\n");
  return transaction(first?.namespace, [
    ...new Map(added.map((operation) => [JSON.stringify(operation), operation])).values(),
    ...written
      .sort((one, other) => priorityOf(one.rule) - priorityOf(other.rule))
      .map(({ operation }) => operation),
    ...going.map(({ chain, handle }) => ({ delete: { rule: { family, table: name, chain, handle } } })),
    ...emptied.map((chain) => ({ delete: { chain: { family, table: name, name: chain } } })),
    ...(isTableEmpty ? [{ delete: { table: { family, name } } }] : []),
  ])[0];
}

/** Returns the operations of a transaction, or none for another command. */
const operationsIn = ({ tool, input }: Command): readonly Operation[] =>
  tool === "nft" && input !== undefined ? JSON.parse(input).nftables : [];

/** Whether a transaction empties a chain before it writes to it. */
function isRewriting(operations: readonly Operation[]): boolean {
  const first = operations.findIndex((operation) => operation.delete);
  return first >= 0 && operations.slice(first).some((operation) => !operation.delete);
}

function placeOf(operation: Operation): string {
  const [{ table, chain, rule } = {}] = Object.values(operation) as readonly Written[];
  const inTable = chain ?? rule;
  return inTable ? `${inTable.family}\n${inTable.table}` : `${table?.family}\n${table?.name}`;
}

const isFalling = (priorities: readonly number[]): boolean =>
  priorities.some((own, at) => at > 0 && own < (priorities[at - 1] ?? own));

/** How a kind of rule with both backends merges its operations. */
export const mergingBackends = (backends: {
  readonly nftables: Pick<Together, "merge">;
  readonly iptables: Pick<Together, "merge">;
}): Pick<Together, "isChange" | "merge"> => ({
  isChange: (command) => command.input !== undefined || isIptablesChange(command),
  merge: (operations, answers) =>
    backends[operations[0]?.[0]?.tool === "nft" ? "nftables" : "iptables"].merge(operations, answers),
});
