import { command, lookFor, type Steps } from "../command";
import { hasLegacyTable, lookForLegacyRules, lookForLegacyTables } from "../packet/legacy";
import type { NatRuleArgs } from "../resources/natRule";

/**
 * Tells of rules of iptables-legacy beside this one, which translate all the same; whose turn comes first hangs on what was
 * loaded first.
 */
export function* legacyCaveats({ namespace, family, backend }: NatRuleArgs): Steps<readonly string[]> {
  const [tables] = yield [lookForLegacyTables(family, namespace)];
  if (!hasLegacyTable(tables, "nat")) return [];
  const tool = family === "ipv4" ? "iptables" : "ip6tables";
  const [rules, version] = yield [
    lookForLegacyRules(family, namespace, "nat"),
    lookFor(command(tool, namespace, ["-V"])),
  ];
  const isOwn = backend === "iptables" && !/nf_tables/.test(version ?? "");
  const count = (rules ?? "").split("\n").filter((line) => line.startsWith("-A ")).length;
  return isOwn || count === 0
    ? []
    : [
        `${tool}-legacy has ${count} NAT ${count === 1 ? "rule" : "rules"} in ${namespace ?? "the host's own namespace"}, which ${count === 1 ? "is" : "are"} asked as well, maybe before ours: see \`${tool}-legacy -t nat -S\`, and keep to one of the two`,
      ];
}
