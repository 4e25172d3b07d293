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
 * The tables in the answer to `nft -j list ruleset` that have flags. It does not tell which: nft 1.0.6 writes whatever is
 * in its memory there.
 */
export const parseFlaggedTables = (text: string | undefined): readonly NftTableName[] =>
  flaggedIn(text || '{"nftables":[]}');

const flaggedIn = recent((text: string): readonly NftTableName[] =>
  parseJson(Listing, text).nftables.flatMap(({ table }) => (table?.flags === undefined ? [] : table)),
);

/** Those of the flagged tables that no packet meets, by what `nft list table` prints of each. */
export const dormantAmong = (
  flagged: readonly NftTableName[],
  texts: readonly (string | undefined)[],
): NftTableName[] => flagged.filter((_, at) => /^\tflags .*\bdormant\b/m.test(texts[at] ?? ""));

/** Whether a chain is in one of these tables. */
export const isInOneOf = (
  tables: readonly NftTableName[],
  chain: { readonly family: string; readonly table: string },
): boolean => tables.some(({ family, name }) => family === chain.family && name === chain.table);
