import { type Command, command, type Steps } from "../command";
import type { NatRuleArgs } from "../resources/natRule";

/**
 * Tells of rules of iptables-legacy beside this one: they are kept apart from those of nft and iptables-nft, which do not
 * list them, and translate all the same; whose turn comes first hangs on what was loaded first.
 */
export function* legacyCaveats({ namespace, family, backend }: NatRuleArgs): Steps<readonly string[]> {
  const [tool, names] =
    family === "ipv4"
      ? (["iptables", "ip_tables_names"] as const)
      : (["ip6tables", "ip6_tables_names"] as const);
  // The kernel names the tables here that iptables-legacy has made use of, which has to be no more than a look.
  const [tables] = yield [lookFor("cat", namespace, [`/proc/net/${names}`])];
  if (!/^nat$/m.test(tables ?? "")) return [];
  const [rules, version] = yield [
    lookFor(`${tool}-legacy`, namespace, ["-w", "5", "-t", "nat", "-S"]),
    lookFor(tool, namespace, ["-V"]),
  ];
  const isOwn = backend === "iptables" && !/nf_tables/.test(version ?? "");
  const count = (rules ?? "").split("\n").filter((line) => line.startsWith("-A ")).length;
  return isOwn || count === 0
    ? []
    : [
        `${tool}-legacy has ${count} NAT ${count === 1 ? "rule" : "rules"} in ${namespace ?? "the host's own namespace"}, which ${count === 1 ? "is" : "are"} asked as well, maybe before ours: see \`${tool}-legacy -t nat -S\`, and keep to one of the two`,
      ];
}

const lookFor = (tool: Command["tool"], namespace: string | undefined, args: readonly string[]): Command => ({
  ...command(tool, namespace, args),
  mayFail: "",
});
