import { type Answer, type Command, command } from "../command";
import { isMarkOf, MARK_PREFIX, parseMark } from "../mark";
import { type NftRule, type NftTable, parseTable } from "../parse/nft";
import type { NatRuleArgs } from "../resources/natRule";
import type { Chain, FoundLeg, Leg, Marked } from "./legs";
import { expressionsOf, readExpressions } from "./nftExpressions";

const FAMILIES = { ipv4: "ip", ipv6: "ip6" } as const;

/** Priorities of the base chains: `dstnat` and `srcnat` in nft(8). */
const PRIORITIES: Readonly<Record<Chain, number>> = { prerouting: -100, output: -100, postrouting: 100 };

/**
 * A table for each stack: no other stack's run can come between a look at it and the change that follows. Where the
 * stack's name is too long for a mark, a table for each rule.
 */
export function tableName(mark: string): string {
  const { stack, hash } = parseMark(mark) ?? {};
  return `${MARK_PREFIX}/${(stack ?? hash)?.replaceAll("+", "_")}`;
}

export const probe = ({ namespace, family, mark }: NatRuleArgs): Command =>
  command("nft", namespace, ["-j", "list", "table", FAMILIES[family], tableName(mark)]);

/** All rules of a network namespace, for `surveyed`. */
export const survey = (namespace: string | undefined): Command[] => [
  command("nft", namespace, ["-j", "list", "ruleset"]),
];

/** The resources behind the rules in an answer to `survey`. */
export const surveyed = ([listing]: readonly Answer[]): Marked[] =>
  (parseTable(listing)?.rules ?? []).flatMap(({ family, comment: mark, expr }) => {
    const { kind = "masquerade" } = readExpressions(expr);
    return isMarkOf("NatRule", mark) ? { kind, family: family === "ip6" ? "ipv6" : "ipv4", mark } : [];
  });

/** The rules with this mark in an answer to `probe`. */
export const find = (listing: string | undefined, mark: string): FoundLeg[] =>
  marked(parseTable(listing), mark).map(({ chain, expr }) => ({ chain, ...readExpressions(expr) }));

/**
 * Puts `wanted` in the place of the rules with the mark `was`, and takes away chains and the table when nobody has
 * anything left in them. One transaction: no packet meets a half-made state.
 */
export function change(
  listing: string | undefined,
  was: string,
  { namespace, family: ipFamily, mark }: NatRuleArgs,
  wanted: readonly Leg[],
): Command[] {
  const family = FAMILIES[ipFamily];
  const [from, into] = [tableName(was), tableName(mark)];
  const seen = parseTable(listing) ?? { chains: [], rules: [], hasMore: false };
  const old = marked(seen, was);
  // A new rule takes the place of its old one, as the first rule that fits a packet decides.
  const placeOf = ({ chain }: Leg) => (from === into ? old.find((rule) => rule.chain === chain) : undefined);
  const replaced = wanted.map(placeOf);

  const staying = seen.rules.filter((rule) => !old.includes(rule));
  const used = [...staying, ...(from === into ? wanted : [])].map(({ chain }) => chain);
  const emptied = seen.chains.filter((name) => name in PRIORITIES && !used.includes(name));
  const isTableEmpty =
    listing !== undefined && !seen.hasMore && used.length === 0 && emptied.length === seen.chains.length;

  const operations = [
    ...(wanted.length > 0 ? [{ add: { table: { family, name: into } } }] : []),
    ...wanted.map(({ chain }) => ({
      add: {
        chain: {
          ...{ family, table: into, name: chain },
          ...{ type: "nat", hook: chain, prio: PRIORITIES[chain], policy: "accept" },
        },
      },
    })),
    ...wanted.map((leg, at) => {
      const rule = {
        family,
        table: into,
        chain: leg.chain,
        comment: mark,
        expr: expressionsOf(leg, ipFamily),
      };
      const handle = replaced[at]?.handle;
      return handle === undefined ? { add: { rule } } : { replace: { rule: { ...rule, handle } } };
    }),
    ...old
      .filter((rule) => !replaced.includes(rule))
      .map(({ chain, handle }) => ({ delete: { rule: { family, table: from, chain, handle } } })),
    ...emptied.map((name) => ({ delete: { chain: { family, table: from, name } } })),
    ...(isTableEmpty ? [{ delete: { table: { family, name: from } } }] : []),
  ];
  return operations.length === 0
    ? []
    : [command("nft", namespace, ["-j", "-f", "-"], JSON.stringify({ nftables: operations }))];
}

const marked = (table: NftTable | undefined, mark: string): NftRule[] =>
  table?.rules.filter(({ comment }) => comment === mark) ?? [];
