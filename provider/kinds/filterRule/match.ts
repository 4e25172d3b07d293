import { type Listed, MATCH_FIELDS, type PacketMatch } from "../packetRule/match";
import type { FilterRuleArgs } from "./args";

/** A filter rule in the kernel, expressed as arguments. */
export interface FilterMatch extends PacketMatch {
  readonly verdict?: string | undefined;
  readonly rejectWith?: FilterRuleArgs["rejectWith"];
  readonly logPrefix?: string | undefined;
  readonly logLevel?: FilterRuleArgs["logLevel"];
}

/** The matches of filter rules, which do not include translations and types of addresses. */
export const FILTER_FIELDS = [
  ...MATCH_FIELDS.filter((field) => field !== "isForwarded" && field !== "destinationType"),
  ...(["sources", "destinations", "icmpTypes", "states"] as const),
  ...(["verdict", "rejectWith", "logPrefix", "logLevel"] as const),
];

/** An observed rule. */
export type FoundRule = Listed<FilterMatch> & {
  /** The chain as an argument, if there is one for it. */
  readonly chain: string;
  readonly dockerUser: boolean;
  readonly priority: number;
  /** Whether its position among the rules of its stack follows from its priority. */
  readonly isInOrder: boolean;
  /** Reasons why the rule is not in force at its position. */
  readonly obstacles: readonly string[];
};

/** The arguments that name a resource and find its rules. */
export interface Marked {
  readonly chain: string;
  readonly family: FilterRuleArgs["family"];
  readonly mark: string;
}

const list = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
  typeof value === "string" ? [value] : value;

/** Returns the content of a rule, with lists for all fields that may be lists. */
export function wantedMatch(args: FilterRuleArgs): FilterMatch {
  const { inInterface, outInterface, protocol, port, sourcePort, verdict, rejectWith, logPrefix, logLevel } =
    args;
  return {
    ...{ inInterface, outInterface, port, sourcePort, verdict, rejectWith, logPrefix, logLevel },
    // The ICMP type implies the protocol.
    protocol: args.icmpType === undefined ? protocol : undefined,
    sources: list(args.source),
    destinations: list(args.destination),
    icmpTypes: list(args.icmpType),
    states: list(args.state),
  };
}

/** Returns a rule for each combination, for a backend with room for one network and one type in a rule. */
export function expanded(wanted: FilterMatch): FilterMatch[] {
  const each = (values: readonly string[] | undefined) => values?.map((value) => [value]) ?? [undefined];
  return each(wanted.sources).flatMap((sources) =>
    each(wanted.destinations).flatMap((destinations) =>
      each(wanted.icmpTypes).map((icmpTypes) => ({ ...wanted, sources, destinations, icmpTypes })),
    ),
  );
}
