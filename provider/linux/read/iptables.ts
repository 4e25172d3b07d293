import { recent } from "../memo";

/** One line of `iptables -S`. */
export interface IptablesRule {
  readonly chain: string;
  /** The unquoted words after the chain, which `-D` takes to delete the rule. */
  readonly words: readonly string[];
  readonly comment: string | undefined;
}

/** Parses the output of `iptables -S`. */
export const parseRules = (text: string | undefined): readonly IptablesRule[] => rulesIn(text ?? "");

const rulesIn = recent((text: string): readonly IptablesRule[] =>
  text.split("\n").flatMap((line) => ruleIn(line) ?? []),
);

function ruleIn(line: string): IptablesRule | undefined {
  const [verb, chain, ...words] = splitWords(line);
  if (verb !== "-A" || chain === undefined) return undefined;
  return { chain, words, comment: wordAfter(words, "--comment") };
}

/** Returns the word after an option. */
export const wordAfter = (words: readonly string[], option: string): string | undefined =>
  words.includes(option) ? words[words.indexOf(option) + 1] : undefined;

/** Splits a line of iptables, which quotes words with characters other than letters, digits, `_` and `-`. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replace(/\\(.)/g, "$1"),
  );
}

/** A chain in the output of `iptables-save`. */
export interface SavedChain {
  readonly table: string;
  readonly name: string;
  /** The policy and its packets. Absent for a user-defined chain. */
  readonly policy?: { readonly target: string; readonly packets: number };
  readonly rules: readonly SavedRule[];
}

export interface SavedRule extends IptablesRule {
  /** The line as printed, without counters. */
  readonly text: string;
  /** Absent if the command did not ask for counters. */
  readonly packets: number | undefined;
}

/** Parses the output of `iptables-save --counters` and its siblings. */
export function parseSaved(text: string | undefined): readonly SavedChain[] {
  const chains: (Omit<SavedChain, "rules"> & { readonly rules: SavedRule[] })[] = [];
  let table = "";
  for (const line of (text ?? "").split("\n")) {
    table = /^\*(\S+)$/.exec(line)?.[1] ?? table;
    const [, chain, target = "", count] = /^:(\S+) (\S+) \[(\d+):\d+\]/.exec(line) ?? [];
    if (chain !== undefined) {
      const policy = target === "-" ? {} : { policy: { target, packets: Number(count) } };
      chains.push({ table, name: chain, ...policy, rules: [] });
    }
    const [, packets, printed = ""] = /^(?:\[(\d+):\d+\] )?(-A .*)$/.exec(line) ?? [];
    const rule = ruleIn(printed);
    if (!rule) continue;
    const own = chains.find((one) => one.table === table && one.name === rule.chain);
    const met = packets === undefined ? undefined : Number(packets);
    own?.rules.push({ ...rule, text: printed.trim(), packets: met });
  }
  return chains;
}
