import { z } from "zod";
import { parseJson } from "../../json";
import { recent } from "../../memo";

const Listing = z.object({
  nftables: z.array(
    z.object({
      chain: z
        .object({
          family: z.string(),
          table: z.string(),
          name: z.string(),
          type: z.string().optional(),
          hook: z.string().optional(),
          policy: z.string().optional(),
        })
        .optional(),
      rule: z
        .object({
          family: z.string(),
          table: z.string(),
          chain: z.string(),
          expr: z.array(z.record(z.string(), z.unknown())),
        })
        .optional(),
    }),
  ),
});

/** A chain that is attached to a hook of the kernel. */
export interface BaseChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook: string;
  readonly policy: string;
  /** Whether one of its rules drops or rejects every packet that reaches it. */
  readonly hasLastDrop: boolean;
}

/** Statements that do not end the evaluation of a rule. */
const PASSING = ["counter", "log"];

/** Returns the filter chains with a hook from the output of `nft -j list ruleset`. */
export const parseBaseChains = (text: string | undefined): readonly BaseChain[] =>
  baseChainsIn(text || '{"nftables":[]}');

const baseChainsIn = recent((text: string): readonly BaseChain[] => {
  const { nftables } = parseJson(Listing, text);
  const drops = new Set(
    nftables.flatMap(({ rule }) =>
      rule && isDrop(rule.expr) ? [keyOf(rule.family, rule.table, rule.chain)] : [],
    ),
  );
  return nftables.flatMap(({ chain }) => {
    if (chain?.type !== "filter" || chain.hook === undefined) return [];
    const { family, table, name, hook, policy = "accept" } = chain;
    return [{ family, table, name, hook, policy, hasLastDrop: drops.has(keyOf(family, table, name)) }];
  });
});

const keyOf = (...words: string[]): string => words.join("\n");

function isDrop(expressions: readonly Readonly<Record<string, unknown>>[]): boolean {
  const words = expressions.flatMap(Object.keys).filter((word) => !PASSING.includes(word));
  return words.length === 1 && ["drop", "reject"].includes(words[0] ?? "");
}
