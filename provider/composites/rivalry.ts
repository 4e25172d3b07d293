import type { Problem } from "../engine/definition";
import { rivals } from "../kinds/filterRule/ambiguousOrder";
import type { Path } from "./composite";
import { printPath } from "./paths";

/** Refuses filter rules of which only the order of a map would tell which is asked first. */

type Rule = Parameters<typeof rivals>[0][number];

/** The rules of a map at `path`, named after their places. A rule of a node is in the namespace of that. */
export const rulesIn = (rules: unknown, path: Path, namespace?: unknown): Rule[] =>
  Object.entries<Rule>(Object(rules)).map(([name, rule]) => ({
    ...rule,
    ...(typeof namespace === "string" && { namespace }),
    name: printPath([...path, name]),
  }));

/** Only the priorities tell which of two rules is asked first. `isAsked` chooses the pairs that are looked at. */
export const rivalryProblems = (
  rules: readonly Rule[],
  isAsked: (rule: Rule, rival: Rule) => boolean = () => true,
): Problem[] =>
  rivals(rules)
    .filter(([rule, rival]) => isAsked(rule, rival))
    .map(([{ name, verdict, priority }, rival]) => ({
      property: `${name}.priority`,
      reason: `is ${priority}, as that of ${rival.name}, but one is for ${verdict} and the other for ${rival.verdict}: which is asked first is not told by a map; give them different ones, the lower is asked first`,
    }));
