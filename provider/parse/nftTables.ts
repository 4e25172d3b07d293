import { z } from "zod";
import { parseJson } from "./json";

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
export function parseFlaggedTables(text: string | undefined): NftTableName[] {
  const { nftables } = parseJson(Listing, text || '{"nftables":[]}');
  return nftables.flatMap(({ table }) => (table?.flags === undefined ? [] : table));
}

/** Whether a table, as `nft list table` prints it, is switched off. */
export const isDormant = (text: string | undefined): boolean => /^\tflags .*\bdormant\b/m.test(text ?? "");
