import { parseMark } from "../../linux/marks/mark";

/** The names of rules that only a mark identifies, and the keys that serialize them. */

interface Rule {
  readonly namespace?: string | undefined;
  readonly backend: string;
  readonly family: string;
  readonly mark: string;
}

/** Returns the id of a rule. `word` describes the rule, and the hash makes the id unique. */
export function ruleId(word: string, { namespace, mark }: Pick<Rule, "namespace" | "mark">): string {
  const { label, hash } = parseMark(mark) ?? { label: mark, hash: "" };
  return `${namespace ? `${namespace}/` : ""}${word} ${label} ${hash}`;
}

/**
 * Returns the key to serialize by. NAT rules and filter rules share a table of nftables, and the deletion of the last
 * rule deletes the table.
 */
export const turnOf = ({ namespace = "", backend, family }: Omit<Rule, "mark">): string =>
  `nat ${namespace}/${backend} ${family}`;
