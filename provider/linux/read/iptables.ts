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
  text.split("\n").flatMap((line) => {
    const [verb, chain, ...words] = splitWords(line);
    if (verb !== "-A" || chain === undefined) return [];
    return [{ chain, words, comment: wordAfter(words, "--comment") }];
  }),
);

/** Returns the word after an option. */
export const wordAfter = (words: readonly string[], option: string): string | undefined =>
  words.includes(option) ? words[words.indexOf(option) + 1] : undefined;

/** Splits a line of iptables, which quotes words with characters other than letters, digits, `_` and `-`. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replace(/\\(.)/g, "$1"),
  );
}
