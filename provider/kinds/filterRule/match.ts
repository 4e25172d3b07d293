import { type Listed, MATCH_FIELDS, type PacketMatch } from "../packetRule/match";
import type { FilterRuleArgs } from "./args";

/** What a filter rule says in the kernel. */
export interface FilterMatch extends PacketMatch {
  readonly verdict?: string | undefined;
  readonly rejectWith?: FilterRuleArgs["rejectWith"];
  readonly logPrefix?: string | undefined;
  readonly logLevel?: FilterRuleArgs["logLevel"];
}

/** What filter rules know: of translations, and of types of addresses, they say nothing. */
export const FILTER_FIELDS = [
  ...MATCH_FIELDS.filter((field) => field !== "isForwarded" && field !== "destinationType"),
  ...(["sources", "destinations", "icmpTypes", "states"] as const),
  ...(["verdict", "rejectWith", "logPrefix", "logLevel"] as const),
];

/** A rule that was found. */
export type FoundRule = Listed<FilterMatch> & {
  /** In the words of the arguments where these have any for it. */
  readonly chain: string;
  readonly dockerUser: boolean;
  readonly priority: number;
  /** Whether it stands among those of its stack where its priority puts it. */
  readonly isInOrder: boolean;
  /** What keeps it from being in force as it stands there. */
  readonly obstacles: readonly string[];
};

/** What is enough to name a resource and to find its rules. */
export interface Marked {
  readonly chain: string;
  readonly family: FilterRuleArgs["family"];
  readonly mark: string;
}

const list = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof value === "string" ? [value] : value;

/** What a rule has to say, with everything that may be a list as a list. */
export function wantedMatch(args: FilterRuleArgs): FilterMatch {
  const { inInterface, outInterface, protocol, port, sourcePort, verdict, rejectWith, logPrefix, logLevel } =
    args;
  return {
    ...{ inInterface, outInterface, port, sourcePort, verdict, rejectWith, logPrefix, logLevel },
    // The type of ICMP tells the protocol.
    protocol: args.icmpType === undefined ? protocol : undefined,
    sources: list(args.source),
    destinations: list(args.destination),
    icmpTypes: list(args.icmpType),
    states: list(args.state),
  };
}

/** The same for a backend that has room for one network and one type in a rule: a rule for each combination. */
export function expanded(wanted: FilterMatch): FilterMatch[] {
  const each = (values: readonly string[] | undefined) => values?.map((value) => [value]) ?? [undefined];
  return each(wanted.sources).flatMap((sources) =>
    each(wanted.destinations).flatMap((destinations) =>
      each(wanted.icmpTypes).map((icmpTypes) => ({ ...wanted, sources, destinations, icmpTypes })),
    ),
  );
}
