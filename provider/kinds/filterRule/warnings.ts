import { type Answer, command, listTable, lookFor } from "../../linux/command";
import { MARK_PREFIX } from "../../linux/marks/mark";
import type { Plan } from "../../linux/plan";
import { parseRules } from "../../linux/read/iptables";
import { type BaseChain, parseBaseChains } from "../../linux/read/nft/chains";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { dormantAmong, isInOneOf, parseFlaggedTables } from "../../linux/read/nft/tables";
import { legacyRulesBeside, legacyTool, lookForLegacyTables } from "../packetRule/iptablesLegacy";
import type { FilterRuleArgs } from "./args";

/**
 * Warns of foreign chains that drop packets which this rule accepts. An accept ends only its own chain. The packet goes
 * on to the next chain, where a drop is final (nft(8), "verdict statements").
 */
export function* filterWarnings(args: FilterRuleArgs): Plan<readonly string[]> {
  const { namespace, family, chain, verdict } = args;
  if (verdict !== "accept") return [];
  const [ruleset, tables] = yield [
    lookFor(command("nft", namespace, ["-j", "list", "ruleset"])),
    lookForLegacyTables(family, namespace),
  ];
  const chains = parseBaseChains(ruleset).filter((one) => stands(one, args) && isDropping(one));
  const flagged = parseFlaggedTables(ruleset);
  const dormant = dormantAmong(flagged, yield flagged.map((table) => lookFor(listTable(namespace, table))));
  const found = chains.filter((one) => !isInOneOf(dormant, one)).map((one) => warning(one, args));
  const legacy = yield* legacyRulesBeside(args, "filter", tables);
  return dropsByPolicy(legacy, chain.toUpperCase()) ? [...found, legacyWarning(args)] : found;
}

/** The name of firewalld's table, in the family inet. */
const FIREWALLD = "firewalld";

/** Whether a chain receives the packets of the rule, and is neither ours nor the rule's own. */
function stands(one: BaseChain, { chain, family, backend }: FilterRuleArgs): boolean {
  const families: readonly string[] = [NFT_FAMILIES[family], "inet"];
  const isIptables = one.table === "filter" && one.family !== "inet";
  return (
    one.hook === chain &&
    families.includes(one.family) &&
    !one.table.startsWith(`${MARK_PREFIX}/`) &&
    !(backend === "iptables" && isIptables) &&
    !(backend === "firewalld" && one.table === FIREWALLD)
  );
}

/** Whether a chain drops what none of its rules accepts, by its policy or by a rule for all packets. */
const isDropping = ({ policy, hasLastDrop }: BaseChain): boolean => policy === "drop" || hasLastDrop;

function warning({ family, table, name }: BaseChain, args: FilterRuleArgs): string {
  const isIptables = table === "filter" && family !== "inet";
  const where = isIptables
    ? `the chain ${name} of ${family === "ip" ? "iptables" : "ip6tables"}`
    : `the chain ${name} of the table ${family} ${table}`;
  return `${placeOf(args)}: an accept in ${args.chain} does not overrule ${where}, which drops what it does not accept itself${fix(args, isIptables, table)}`;
}

function fix({ chain, dockerUser }: FilterRuleArgs, isIptables: boolean, table: string): string {
  if (table === FIREWALLD) return ": with backend `firewalld` this rule precedes its zones";
  if (!isIptables) return ": add one there";
  const docker =
    chain === "forward" && !dockerUser ? ", and with `dockerUser: true` before Docker's own" : "";
  return `: with backend \`iptables\` this rule goes there${docker}`;
}

const dropsByPolicy = (listing: Answer, chain: string): boolean =>
  (listing ?? "").split("\n").includes(`-P ${chain} DROP`) ||
  parseRules(listing).some(
    (rule) => rule.chain === chain && /^-j (DROP|REJECT)\b/.test(rule.words.join(" ")),
  );

const legacyWarning = (args: FilterRuleArgs): string =>
  `${placeOf(args)}: an accept in ${args.chain} does not overrule the chain ${args.chain.toUpperCase()} of ${legacyTool(args.family)}, which drops what it does not accept itself: add a rule there, or keep to one of the two`;

/** The place of a warning, which is issued once for all rules there. */
const placeOf = ({ namespace }: FilterRuleArgs): string => namespace ?? "the host";
