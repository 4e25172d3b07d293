import { z } from "zod";
import { parseJson } from "../../json";
import { recent } from "../../memo";
import { Pattern } from "./expressions";
import { type Elements, Statement } from "./statements";

const inTable = { family: z.string(), table: z.string() };

const Chain = z.object({
  ...inTable,
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().default(0),
  policy: z.enum(["accept", "drop"]).default("accept"),
});

const Counter = z.object({ counter: z.object({ packets: z.number() }) });

const Rule = z
  .object({ ...inTable, chain: z.string(), comment: z.string().optional(), expr: z.array(z.unknown()) })
  .transform(({ expr, ...rule }) => ({
    ...rule,
    statements: z.array(Statement).parse(expr),
    packets: expr.flatMap((one) => Counter.safeParse(one).data?.counter.packets ?? [])[0],
  }));

const NamedSet = z.object({ ...inTable, name: z.string(), elem: z.array(Pattern).default([]) });

/** Verdicts only. No statement refers to other map values by name. */
const VerdictMap = z.object({
  ...{ ...inTable, name: z.string(), map: z.literal("verdict") },
  elem: z.array(z.tuple([Pattern, Statement])).default([]),
});

const Listing = z.object({
  nftables: z.array(
    z.object({
      chain: Chain.optional(),
      rule: Rule.optional(),
      set: NamedSet.optional(),
      map: VerdictMap.optional().catch(undefined),
    }),
  ),
});

/** Named objects that the rules of a table look up. */
export interface NftSets {
  readonly sets: ReadonlyMap<string, readonly Pattern[]>;
  readonly verdictMaps: ReadonlyMap<string, Exclude<Elements<Statement>, string>>;
}

type Located = Readonly<Record<"family" | "table", string>>;

export type NftRule = z.output<typeof Rule>;
export type NftChain = z.output<typeof Chain> & {
  readonly rules: readonly NftRule[];
  readonly names: NftSets;
};

/** Parses the output of `nft -j list ruleset` into chains with their rules. Returns an empty list without an answer. */
export const parseRuleset = (text: string | undefined): readonly NftChain[] =>
  text === undefined || text.trim() === "" ? [] : chainsIn(text);

const chainsIn = recent((text: string): readonly NftChain[] => {
  const { nftables } = parseJson(Listing, text);
  const rules = nftables.flatMap(({ rule }) => rule ?? []);
  const sets = nftables.flatMap(({ set }) => set ?? []);
  const maps = nftables.flatMap(({ map }) => map ?? []);
  return nftables.flatMap(({ chain }) => {
    if (!chain) return [];
    const isBeside = ({ family, table }: Located) => family === chain.family && table === chain.table;
    return {
      ...chain,
      rules: rules.filter((rule) => isBeside(rule) && rule.chain === chain.name),
      names: {
        sets: new Map(sets.filter(isBeside).map(({ name, elem }) => [name, elem])),
        verdictMaps: new Map(maps.filter(isBeside).map(({ name, elem }) => [name, elem])),
      },
    };
  });
});
