import { type Answer, type Command, command, lookFor } from "../../linux/command";
import type { Family } from "../../linux/ip";
import type { Plan } from "../../linux/plan";
import { iptables, iptablesTool } from "./iptables";

/**
 * Rules of iptables-legacy. The kernel keeps them apart from those of nft and iptables-nft, which do not list them.
 */

export const legacyTool = (family: Family): Command["tool"] =>
  family === "ipv4" ? "iptables-legacy" : "ip6tables-legacy";

/**
 * Reads the tables that iptables-legacy has used. Listing the rules of any other table would create it, and a look must
 * not change anything.
 */
export const lookForLegacyTables = (family: Family, namespace: string | undefined): Command =>
  lookFor(command("cat", namespace, [`/proc/net/${family === "ipv4" ? "ip" : "ip6"}_tables_names`]));

/** Whether an answer to `lookForLegacyTables` contains a table. */
export const hasLegacyTable = (tables: Answer, name: string): boolean =>
  (tables ?? "").split("\n").includes(name);

export const lookForLegacyRules = (family: Family, namespace: string | undefined, table: string): Command =>
  lookFor({ ...iptables(family, namespace, table, "-S"), tool: legacyTool(family) });

/**
 * Lists the rules of iptables-legacy besides ours. There are none if `iptables` is the legacy tool and created our
 * rule. `tables` is the answer to `lookForLegacyTables`.
 */
export function* legacyRulesBeside(
  { namespace, family, backend }: Beside,
  table: string,
  tables: Answer,
): Plan<string> {
  if (!hasLegacyTable(tables, table)) return "";
  const [rules, version] = yield [
    lookForLegacyRules(family, namespace, table),
    lookForVersion(family, namespace),
  ];
  return isLegacy(backend, version) ? "" : (rules ?? "");
}

interface Beside {
  readonly namespace?: string | undefined;
  readonly family: Family;
  readonly backend: string;
}

/**
 * Whether a rule of a backend is itself a rule of iptables-legacy, as `iptables` is that tool on some hosts.
 */
export const isLegacy = (backend: string, version: Answer): boolean =>
  backend === "iptables" && !/nf_tables/.test(version ?? "");

/** Asks `iptables` which of the two tools it is. */
export const lookForVersion = (family: Family, namespace: string | undefined): Command =>
  lookFor(command(iptablesTool(family), namespace, ["-V"]));
