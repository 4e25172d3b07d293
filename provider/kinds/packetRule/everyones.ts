import { type Answer, type Command, command, lookFor } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { isOfOtherStack, MARK_PREFIX, ownerIn } from "../../linux/marks/mark";
import type { Plan } from "../../linux/plan";
import { type IptablesRule, parseRules } from "../../linux/read/iptables";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { type NftChain, type NftRule, parseRuleset } from "../../linux/read/nft/ruleset";
import { iptables } from "./iptables";
import { hasLegacyTable, lookForLegacyRules, lookForLegacyTables } from "./iptablesLegacy";

/**
 * Lists the rules in a network namespace that another stack or program created, by nftables, iptables or
 * iptables-legacy.
 */

/** A rule of another program or stack. `owner` names the resource that created it. */
export type Others<Rule> = Rule & { readonly owner: string | undefined };

export interface Everyones {
  /** All chains that nft lists, of each family. */
  readonly chains: readonly NftChain[];
  /** Foreign rules of nftables that packets of the family reach, without those of iptables. */
  readonly rules: readonly Others<NftRule>[];
  /** Foreign NAT rules of iptables, of both backends. */
  readonly lines: readonly Others<IptablesRule>[];
  /** The answers to `besides`. */
  readonly answers: readonly Answer[];
}

/** Lists the rules for the stack of `mark`. `besides` runs in the same round. */
export function* listEveryones(
  { namespace, family, mark }: Asking,
  besides: readonly Command[],
): Plan<Everyones> {
  const [listing, legacy, ...answers] = yield [
    lookFor(command("nft", namespace, ["-j", "list", "ruleset"])),
    lookForLegacyTables(family, namespace),
    ...besides,
  ];
  const chains = parseRuleset(listing);
  const rules = chains
    .filter((chain) => ["inet", NFT_FAMILIES[family]].includes(chain.family))
    .flatMap((chain) => chain.rules);
  const asked = [
    // For a rule of iptables, nft prints neither the comment nor the ports of a redirection.
    ...(rules.some((rule) => rule.table === "nat" && isIptables(rule))
      ? [lookFor(iptables(family, namespace, "nat", "-S"))]
      : []),
    ...(hasLegacyTable(legacy, "nat") ? [lookForLegacyRules(family, namespace, "nat")] : []),
  ];
  const lists: readonly Answer[] = asked.length > 0 ? yield asked : [];
  const native = rules.filter((rule) => !isIptables(rule) && !isPartOfOurs(rule));
  return {
    ...{ chains, rules: othersAmong(native, mark), answers },
    lines: othersAmong(lists.flatMap(parseRules), mark),
  };
}

export interface Asking {
  readonly namespace?: string | undefined;
  readonly family: Family;
  readonly mark: string;
}

const othersAmong = <Rule extends { readonly comment?: string | undefined }>(
  rules: readonly Rule[],
  mark: string,
): Others<Rule>[] =>
  rules
    .filter(({ comment }) => isOfOtherStack(comment, mark))
    .map((rule) => ({ ...rule, owner: ownerIn(rule.comment) }));

/** Whether only iptables can print the content of a table. A user's table may also be called `nat`. */
const isIptables = ({ statements }: NftRule): boolean =>
  statements.some((statement) => statement.is === "other" && statement.word === "xt");

/**
 * Whether a rule belongs to a stack. A rule without a mark in a table of ours, such as a jump, belongs to the rules
 * there.
 */
const isPartOfOurs = ({ table, comment }: NftRule): boolean =>
  table.startsWith(`${MARK_PREFIX}/`) && comment === undefined;
