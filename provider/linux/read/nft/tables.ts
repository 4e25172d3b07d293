import { z } from "zod";
import { parseJson } from "../../json";
import { recent } from "../../memo";

const Listing = z.object({
  nftables: z.array(
    z.object({
      table: z.object({ family: z.string(), name: z.string(), flags: z.unknown().optional() }).optional(),
    }),
  ),
});

export interface NftTableName {
  readonly family: string;
  readonly name: string;
}

/**
 * Returns the tables with flags from the output of `nft -j list ruleset`. The flags themselves are unknown, because nft
 * 1.0.6 prints uninitialised memory there.
 */
export const parseFlaggedTables = (text: string | undefined): readonly NftTableName[] =>
  flaggedIn(text || '{"nftables":[]}');

const flaggedIn = recent((text: string): readonly NftTableName[] =>
  parseJson(Listing, text).nftables.flatMap(({ table }) => (table?.flags === undefined ? [] : table)),
);

/** Returns the dormant ones among the flagged tables, from the output of `nft list table` for each. */
export const dormantAmong = (
  flagged: readonly NftTableName[],
  texts: readonly (string | undefined)[],
): NftTableName[] => flagged.filter((_, at) => /^\tflags .*\bdormant\b/m.test(texts[at] ?? ""));

/** Whether a chain is in one of these tables. */
export const isInOneOf = (
  tables: readonly NftTableName[],
  chain: { readonly family: string; readonly table: string },
): boolean => tables.some(({ family, name }) => family === chain.family && name === chain.table);
