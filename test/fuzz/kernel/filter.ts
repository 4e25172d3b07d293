import type { Look } from "./look";
import { type NftRule, nftRules } from "./nft";
import { withoutHash } from "./picture";

export const isFilter = ({ chain }: NftRule): boolean => chain.startsWith("filter-");

/** The filter rules of a namespace, and an extra line for each that is not at the place of its priority. */
export function filterLines({ place, ruleset }: Look): string[] {
  const rules = nftRules(ruleset).filter(isFilter);
  return rules.flatMap((rule, at) => {
    const { family, chain, text } = rule;
    const line = `filter ${place} ${family} ${chain.replace("filter-", "")}: ${withoutHash(text)}`;
    const next = rules[at + 1];
    const isLate = next?.table === rule.table && next.chain === chain && priorityOf(next) < priorityOf(rule);
    return isLate ? [line, `${line}, behind its turn`] : [line];
  });
}

/** The priority follows the mark. */
const priorityOf = ({ text }: NftRule): number => Number(/,(-?\d+)"$/.exec(text)?.[1] ?? 0);
