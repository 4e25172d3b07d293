import type { Plan } from "../../linux/plan";
import { legacyRulesBeside, legacyTool, lookForLegacyTables } from "../packetRule/iptablesLegacy";
import type { NatRuleArgs } from "./args";

/**
 * Warns of rules of iptables-legacy, which also translate packets. The order depends on which module was loaded first.
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
        `${tool} has ${count} NAT ${count === 1 ? "rule" : "rules"} in ${namespace ?? "the host's own namespace"}, which also ${count === 1 ? "applies" : "apply"}, maybe before ours: see \`${tool} -t nat -S\`, and keep to one of the two`,
      ];
}
