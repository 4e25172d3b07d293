import type { Plan } from "../../linux/plan";
import { legacyRulesBeside, legacyTool, lookForLegacyTables } from "../packetRule/iptablesLegacy";
import type { NatRuleArgs } from "./args";

/**
 * Tells of rules of iptables-legacy beside this one, which translate all the same; whose turn comes first hangs on what was
 * loaded first.
 */
export function* legacyWarnings(args: NatRuleArgs): Plan<readonly string[]> {
  const { namespace, family } = args;
  const [tables] = yield [lookForLegacyTables(family, namespace)];
  const rules = yield* legacyRulesBeside(args, "nat", tables);
  const tool = legacyTool(family);
  const count = rules.split("\n").filter((line) => line.startsWith("-A ")).length;
  return count === 0
    ? []
    : [
        `${tool} has ${count} NAT ${count === 1 ? "rule" : "rules"} in ${namespace ?? "the host's own namespace"}, which ${count === 1 ? "is" : "are"} asked as well, maybe before ours: see \`${tool} -t nat -S\`, and keep to one of the two`,
      ];
}
