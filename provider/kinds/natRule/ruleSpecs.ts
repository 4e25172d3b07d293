import { isDeepStrictEqual } from "node:util";
import { isAny } from "../../fields/nat";
import { parseTarget } from "../../fields/natTarget";
import { type Family, familyOf } from "../../linux/ip";
import { type Ports, parsePorts } from "../../linux/protocols";
import { type Listed, MATCH_FIELDS, type PacketMatch } from "../packetRule/match";
import type { NatRuleArgs } from "./args";

/** The hooks of nat(4), and `raw`, which precedes all translation. */
export type Chain = "prerouting" | "output" | "postrouting" | "raw";
export type Kind = NatRuleArgs["kind"];

/** A rule in one chain, expressed as arguments. */
export interface NatMatch extends PacketMatch {
  readonly kind?: Kind | "drop" | undefined;
  readonly to?: string | undefined;
  /** The port that maps to the first one of `to`, if ports are mapped one to one. */
  readonly firstPort?: number | undefined;
}

export const NAT_FIELDS = [...MATCH_FIELDS, "kind", "to", "firstPort"] as const;

/** A rule to create. A resource may need several. */
export interface RuleSpec extends NatMatch {
  readonly chain: Chain;
  readonly priority: number;
  readonly kind: Kind | "drop";
  /** The argument that requires the rule. */
  readonly for: "to" | "hairpin" | "routeLocalnet";
}

/** A rule in the kernel. */
export type ObservedRule = Listed<NatMatch> & {
  readonly chain: string;
  readonly priority: number;
  /** Reasons why the rule is not in force at its position. */
  readonly obstacles: readonly string[];
};

/** The arguments that name a resource and find its rules. */
export interface Marked {
  readonly kind: Kind;
  readonly family: Family;
  readonly mark: string;
  readonly routeLocalnet?: string | undefined;
}

/** A rule with a mark of ours, found by a search for all rules. */
interface MarkedRule {
  readonly mark: string;
  readonly family: Family;
  readonly match: NatMatch;
}

/** Returns the resources that own the rules. */
export const resourcesBehind = (rules: readonly MarkedRule[]): Marked[] =>
  [...new Set(rules.map(({ mark }) => mark))].map((mark) => {
    const own = rules.filter((rule) => rule.mark === mark);
    return { mark, family: own[0]?.family ?? "ipv4", ...kindAmong(own.map(({ match }) => match)) };
  });

/** Returns the resource of the rules with one mark. Those for `hairpin` masquerade as well. */
function kindAmong(rules: readonly NatMatch[]): Pick<Marked, "kind" | "routeLocalnet"> {
  const kinds = rules.flatMap(({ kind }) => (kind === undefined || kind === "drop" ? [] : kind));
  return {
    kind: kinds.find((kind) => kind !== "masquerade") ?? "masquerade",
    routeLocalnet: rules.find(({ kind }) => kind === "drop")?.inInterface,
  };
}

/** Packets of the host to itself, which never reach another host. */
const LOOPBACK: Readonly<Record<Family, string>> = { ipv4: "127.0.0.0/8", ipv6: "::1/128" };

/** Whether a target is on the host's own loopback link. */
export const isLoopback = (to: string | undefined): boolean =>
  /^(127\.|::1$)/.test(parseTarget(to ?? "")?.addresses?.[0] ?? "");

/**
 * Returns the rules of a resource. `network` is that of the hairpin. The guard comes first, so that no packet gets in
 * before it exists.
 */
export const ruleSpecs = (args: NatRuleArgs, network?: string): RuleSpec[] => [
  ...(args.routeLocalnet === undefined ? [] : [guard(args.routeLocalnet)]),
  ...translations(args),
  ...(args.hairpin ? [hairpin(args, network)] : []),
  ...(args.routeLocalnet === undefined || isLoopback(args.to) ? [] : [fromLocalhost(args)]),
];

function translations(args: NatRuleArgs): RuleSpec[] {
  const { kind, family, source, destination, outInterface, protocol, port, sourcePort, to, priority } = args;
  const matched = { source: isAny(source) ? undefined : source, outInterface, protocol, port, sourcePort };
  const shared = { ...{ kind, to, firstPort: firstPort(args), priority, for: "to" as const }, ...matched };
  const given = { destination: isAny(destination) ? undefined : destination };
  if (kind === "masquerade" || kind === "snat") {
    const isOutward = kind === "masquerade" && (destination?.startsWith("!") ?? true);
    const destinationType = isOutward ? ("!multicast" as const) : undefined;
    return [{ ...shared, ...given, destinationType, chain: "postrouting" }];
  }
  const toLocalhost = isLoopback(to) ? args.routeLocalnet : undefined;
  const prerouting = {
    ...shared,
    inInterface: args.inInterface ?? toLocalhost,
    chain: "prerouting" as const,
  };
  if (kind === "redirect") return [{ ...prerouting, ...given }];
  // A forward for the host's addresses must not match packets that it routes to others, or its services on localhost.
  const toHost = { destination: `!${LOOPBACK[family]}`, destinationType: "local" as const };
  const ofHost = args.routeLocalnet !== undefined && toLocalhost === undefined;
  const fromHost = ofHost ? { ...toHost, destination: undefined } : toHost;
  const isDefault = destination === undefined;
  return [
    { ...prerouting, ...(isDefault ? toHost : given) },
    // Packets of the host itself pass `output` instead of `prerouting`, and have no input interface.
    ...(args.inInterface === undefined
      ? [{ ...shared, ...(isDefault ? fromHost : given), chain: "output" as const }]
      : []),
  ];
}

/**
 * Masquerades packets that a forward sends back to the network of the sender. Otherwise the receiver would answer the
 * sender directly, which expects an answer from the address that it asked.
 */
function hairpin({ to, protocol, priority }: NatRuleArgs, network: string | undefined): RuleSpec {
  const [first, last] = parseTarget(to ?? "")?.addresses ?? [];
  const single = first === last && first !== undefined ? first : undefined;
  const one = single && `${single}/${familyOf(single) === "ipv4" ? 32 : 128}`;
  return {
    ...{ chain: "postrouting", priority, kind: "masquerade", for: "hairpin", isForwarded: true },
    ...{ source: network, destination: one ?? network, protocol },
  };
}

/** Masquerades packets from localhost to a forward, because nobody could answer them. */
const fromLocalhost = ({ protocol, priority, routeLocalnet }: NatRuleArgs): RuleSpec => ({
  ...{ chain: "postrouting", priority, kind: "masquerade", for: "routeLocalnet" },
  ...{ source: LOOPBACK.ipv4, outInterface: routeLocalnet, protocol },
});

/** Drops packets from outside to localhost, which `route_localnet` would let in. */
const guard = (link: string): RuleSpec => ({
  ...{ chain: "raw", priority: 0, kind: "drop", for: "routeLocalnet" },
  ...{ inInterface: link, destination: LOOPBACK.ipv4 },
});

/**
 * Maps ranges of equal length one to one. For any other target range, the kernel picks a port for each connection.
 */
function firstPort({ kind, port, to }: NatRuleArgs): number | undefined {
  const [from, onto] = [parsePorts(String(port)), parseTarget(to ?? "")?.ports];
  const isMap = kind === "dnat" && from && onto && sizeOf(from) > 1 && sizeOf(from) === sizeOf(onto);
  // A port in the range stays the same.
  return isMap && from[0] !== onto[0] ? from[0] : undefined;
}

export const sizeOf = ([first, last]: Ports): number => last - first + 1;

/** Whether an observed rule equals this one and is in force. */
export const isAs = (observed: ObservedRule, spec: RuleSpec): boolean =>
  says(observed, spec) && observed.obstacles.length === 0;

/** Whether an observed rule has the same content. */
export const says = (observed: ObservedRule, spec: RuleSpec): boolean =>
  observed.chain === spec.chain &&
  observed.priority === spec.priority &&
  observed.rest.length === 0 &&
  NAT_FIELDS.every((field) => isDeepStrictEqual(observed[field], spec[field]));

/**
 * Pairs each wanted rule with the observed rule that equals it, or with one in its chain. Also returns the surplus
 * rules.
 */
export function pair<F extends ObservedRule>(found: readonly F[], wanted: readonly RuleSpec[]) {
  const left = [...found];
  const take = (fits: (observed: F) => boolean): F | undefined => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const exact = wanted.map((spec) => take((observed) => says(observed, spec)));
  const pairs = wanted.map((spec, at) => ({
    spec,
    observed: exact[at] ?? take((observed) => observed.chain === spec.chain),
  }));
  return { pairs, surplus: left };
}
