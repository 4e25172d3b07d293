import { type Answer, type Command, command, lookFor } from "../command";
import type { Family } from "../fields/common";
import { iptables } from "./iptables";

/** Rules of iptables-legacy: they are kept apart from those of nft and iptables-nft, which do not list them. */

export const legacyTool = (family: Family): Command["tool"] =>
  family === "ipv4" ? "iptables-legacy" : "ip6tables-legacy";

/**
 * The kernel names the tables here that iptables-legacy has made use of: to ask for the rules of another one would make it,
 * and this has to be no more than a look.
 */
export const lookForLegacyTables = (family: Family, namespace: string | undefined): Command =>
  lookFor(command("cat", namespace, [`/proc/net/${family === "ipv4" ? "ip" : "ip6"}_tables_names`]));

/** Whether a table is among those in an answer to `lookForLegacyTables`. */
export const hasLegacyTable = (tables: Answer, name: string): boolean =>
  (tables ?? "").split("\n").includes(name);

export const lookForLegacyRules = (family: Family, namespace: string | undefined, table: string): Command =>
  lookFor({ ...iptables(family, namespace, table, "-S"), tool: legacyTool(family) });
