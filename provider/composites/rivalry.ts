import type { Problem } from "../engine/definition";
import { rivals } from "../kinds/filterRule/ambiguousOrder";
import type { Path } from "./composite";
import { printPath } from "./paths";

/** Refuses filter rules whose precedence would depend on the order of a map. */

type Rule = Parameters<typeof rivals>[0][number];

/** Returns the rules of a map at `path`, named after their places. A rule of a node is in the node's namespace. */
export const rulesIn = (rules: unknown, path: Path, namespace?: unknown): Rule[] =>
  Object.entries<Rule>(Object(rules)).map(([name, rule]) => ({
    ...rule,
    ...(typeof namespace === "string" && { namespace }),
    name: printPath([...path, name]),
  }));

/** Refuses rivals with the same priority. `isAsked` selects the pairs to compare. */
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
