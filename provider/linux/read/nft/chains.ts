import { type NftRule, parseRuleset } from "./ruleset";
import type { Statement } from "./statements";

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

/** Returns the filter chains with a hook from the output of `nft -j list ruleset`. */
export const parseBaseChains = (text: string | undefined): readonly BaseChain[] =>
  parseRuleset(text).flatMap(({ family, table, name, type, hook, policy, rules }) =>
    type === "filter" && hook !== undefined
      ? [{ family, table, name, hook, policy, hasLastDrop: rules.some(isDrop) }]
      : [],
  );

/** Statements that do not end the evaluation of a rule. */
const PASSING: readonly Statement["is"][] = ["counter", "log"];

function isDrop({ statements }: NftRule): boolean {
  const words = statements.map(({ is }) => is).filter((is) => !PASSING.includes(is));
  return words.length === 1 && ["drop", "reject"].includes(words[0] ?? "");
}
