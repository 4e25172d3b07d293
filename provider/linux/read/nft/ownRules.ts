import { z } from "zod";
import { parseJson } from "../../json";
import { recent } from "../../memo";

const Prefix = z.strictObject({ prefix: z.strictObject({ addr: z.string(), len: z.number() }) });
const Range = z.strictObject({ range: z.tuple([z.string(), z.string()]) });
const PortRange = z.strictObject({ range: z.tuple([z.number(), z.number()]) });
const Ports = z.strictObject({ set: z.array(z.number()) });
const Things = z.strictObject({ set: z.array(z.union([z.string(), z.number(), Prefix, Range, PortRange])) });
const Payload = z.strictObject({ payload: z.strictObject({ protocol: z.string(), field: z.string() }) });
const PortMap = z.strictObject({
  map: z.strictObject({
    key: Payload,
    data: z.strictObject({ set: z.array(z.tuple([z.number(), z.number()])) }),
  }),
});

/** nftables 1.0 prints a single flag as a list, later versions print it bare. */
const Flags = z.union([z.array(z.string()), z.string().transform((flag) => [flag])]);

const Match = z.strictObject({
  op: z.enum(["==", "!=", "in"]),
  left: z.union([
    Payload,
    z.strictObject({ meta: z.strictObject({ key: z.string() }) }),
    z.strictObject({ ct: z.strictObject({ key: z.string() }) }),
    z.strictObject({ fib: z.strictObject({ result: z.string(), flags: Flags }) }),
  ]),
  right: z.union([z.string(), z.number(), Prefix, Range, PortRange, Ports, Things, z.array(z.string())]),
});

const only = (flag: string) => Flags.refine((flags) => flags.join() === flag);

/** A network mapped to another, address by address. */
const NetworkMap = z.strictObject({ addr: Prefix, flags: only("netmap"), type_flags: only("prefix") });

const Target = z.union([
  z.strictObject({
    addr: z.union([z.string(), Prefix, Range]).optional(),
    port: z.union([z.number(), PortRange, PortMap]).optional(),
  }),
  NetworkMap,
]);

/** Strict at every level, so that an unknown property never passes for a known rule. */
const Expression = z.union([
  z.strictObject({ match: Match }),
  z.strictObject({ masquerade: Target.nullable() }),
  z.strictObject({ snat: Target }),
  z.strictObject({ dnat: Target }),
  z.strictObject({ redirect: Target.nullable() }),
  z.strictObject({ drop: z.null() }),
  z.strictObject({ accept: z.null() }),
  z.strictObject({ reject: z.strictObject({ type: z.string(), expr: z.string().optional() }) }),
  z.strictObject({
    log: z.strictObject({ prefix: z.string().optional(), level: z.string().optional() }).nullable(),
  }),
]);

const Rule = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  handle: z.number(),
  comment: z.string().optional(),
  expr: z.array(z.unknown()),
});

const Chain = z.object({
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().optional(),
  policy: z.string().optional(),
});

const Listing = z.object({
  nftables: z.array(
    z.object({
      metainfo: z.unknown().optional(),
      table: z.object({ flags: z.unknown().optional() }).optional(),
      chain: Chain.optional(),
      rule: Rule.optional(),
    }),
  ),
});

/** An expression or statement of a NAT rule. See libnftables-json(5). */
export type NftExpression = z.output<typeof Expression>;
export type NftMatch = z.output<typeof Match>;
export type NftTarget = z.output<typeof Target>;
export type NftRule = z.output<typeof Rule>;

/** A chain. One without a hook is reached from other chains only. */
export type NftChain = z.output<typeof Chain>;

export interface NftTable {
  /**
   * Whether the table is dormant. A stack's table has no flags, so any flag means this one: nft 1.0.6 does not tell which
   * flag it is.
   */
  readonly isDormant: boolean;
  readonly chains: readonly NftChain[];
  readonly rules: readonly NftRule[];
  /** Whether the table contains anything besides chains and rules: sets, maps, counters. */
  readonly hasMore: boolean;
}

/** Parses the output of `nft -j list table`. Returns `undefined` if the table does not exist. */
export const parseTable = (text: string | undefined): NftTable | undefined =>
  text === undefined ? undefined : tableIn(text);

const tableIn = recent((text: string): NftTable => {
  const { nftables } = parseJson(Listing, text);
  return {
    isDormant: nftables.some(({ table }) => table?.flags !== undefined),
    chains: nftables.flatMap(({ chain }) => chain ?? []),
    rules: nftables.flatMap(({ rule }) => rule ?? []),
    hasMore: nftables.some((object) => Object.keys(object).length === 0),
  };
});

/** Parses an expression of a rule. Returns `undefined` if none of our NAT rules has it. */
export const parseExpression = (listed: unknown): NftExpression | undefined =>
  Expression.safeParse(listed).data;
