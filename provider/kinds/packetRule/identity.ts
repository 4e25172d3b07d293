import { parseMark } from "../../linux/marks/mark";

/** How rules that are known by their mark alone are named, and which of them wait for each other. */

interface Rule {
  readonly namespace?: string | undefined;
  readonly backend: string;
  readonly family: string;
  readonly mark: string;
}

/** `word` says what it is to people; the hash makes it unique. */
export function ruleId(word: string, { namespace, mark }: Pick<Rule, "namespace" | "mark">): string {
  const { label, hash } = parseMark(mark) ?? { label: mark, hash: "" };
  return `${namespace ? `${namespace}/` : ""}${word} ${label} ${hash}`;
}

/**
 * What operations wait for, as NAT rules and filter rules are in the same table of nftables: whoever takes the last rule out
 * takes the table away.
 */
export const turnOf = ({ namespace = "", backend, family }: Omit<Rule, "mark">): string =>
  `nat ${namespace}/${backend} ${family}`;
