import { isDeepStrictEqual } from "node:util";
import { isAny } from "../../fields/nat";
import { parseTarget } from "../../fields/natTarget";
import { type Family, familyOf } from "../../linux/ip";
import { type Ports, parsePorts } from "../../linux/protocols";
import { type Listed, MATCH_FIELDS, type PacketMatch } from "../packetRule/match";
import type { NatRuleArgs } from "./args";

/** The hooks of nat(4), and `raw`: what comes in, before anything is translated. */
export type Chain = "prerouting" | "output" | "postrouting" | "raw";
export type Kind = NatRuleArgs["kind"];

/** What a rule in one chain says, in the words of the arguments. */
export interface NatMatch extends PacketMatch {
  readonly kind?: Kind | "drop" | undefined;
  readonly to?: string | undefined;
  /** The port that the first of `to` stands for, where ports are mapped one to one. */
  readonly firstPort?: number | undefined;
}

export const NAT_FIELDS = [...MATCH_FIELDS, "kind", "to", "firstPort"] as const;

/** A rule to be made. One resource may take several. */
export interface Leg extends NatMatch {
  readonly chain: Chain;
  readonly priority: number;
  readonly kind: Kind | "drop";
  /** The argument that it is there for. */
  readonly for: "to" | "hairpin" | "routeLocalnet";
}

/** A rule as it is in the kernel. */
export type FoundLeg = Listed<NatMatch> & {
  readonly chain: string;
  readonly priority: number;
  /** What keeps it from being in force as it stands there. */
  readonly obstacles: readonly string[];
};

/** What is enough to name a resource and to find its rules. */
export interface Marked {
  readonly kind: Kind;
  readonly family: Family;
  readonly mark: string;
  readonly routeLocalnet?: string | undefined;
}

/** A rule with a mark of ours, as a look for all of them finds it. */
interface MarkedRule {
  readonly mark: string;
  readonly family: Family;
  readonly said: NatMatch;
}

/** The resources behind rules. */
export const resourcesBehind = (rules: readonly MarkedRule[]): Marked[] =>
  [...new Set(rules.map(({ mark }) => mark))].map((mark) => {
    const own = rules.filter((rule) => rule.mark === mark);
    return { mark, family: own[0]?.family ?? "ipv4", ...kindAmong(own.map(({ said }) => said)) };
  });

/** What the rules with one mark tell of their resource: those for `hairpin` masquerade as well. */
function kindAmong(rules: readonly NatMatch[]): Pick<Marked, "kind" | "routeLocalnet"> {
  const kinds = rules.flatMap(({ kind }) => (kind === undefined || kind === "drop" ? [] : kind));
  return {
    kind: kinds.find((kind) => kind !== "masquerade") ?? "masquerade",
    routeLocalnet: rules.find(({ kind }) => kind === "drop")?.inInterface,
  };
}

/** Packets of the host to itself, which never get to another one. */
const LOOPBACK: Readonly<Record<Family, string>> = { ipv4: "127.0.0.0/8", ipv6: "::1/128" };

/** Whether a target is on the loopback link of the host itself. */
export const isLoopback = (to: string | undefined): boolean =>
  /^(127\.|::1$)/.test(parseTarget(to ?? "")?.addresses?.[0] ?? "");

/** The rules that make up a resource; `network` is that of the hairpin. The guard comes first: nothing gets in before it. */
export const legs = (args: NatRuleArgs, network?: string): Leg[] => [
  ...(args.routeLocalnet === undefined ? [] : [guard(args.routeLocalnet)]),
  ...translations(args),
  ...(args.hairpin ? [hairpin(args, network)] : []),
  ...(args.routeLocalnet === undefined || isLoopback(args.to) ? [] : [fromLocalhost(args)]),
];

function translations(args: NatRuleArgs): Leg[] {
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
  // A forward meant for the host's addresses must not take what it routes to others, nor its services on localhost.
  const toHost = { destination: `!${LOOPBACK[family]}`, destinationType: "local" as const };
  const ofHost = args.routeLocalnet !== undefined && toLocalhost === undefined;
  const fromHost = ofHost ? { ...toHost, destination: undefined } : toHost;
  const isDefault = destination === undefined;
  return [
    { ...prerouting, ...(isDefault ? toHost : given) },
    // Packets of the host itself pass `output` and not `prerouting`; they come in by no interface.
    ...(args.inInterface === undefined
      ? [{ ...shared, ...(isDefault ? fromHost : given), chain: "output" as const }]
      : []),
  ];
}

/**
 * Where a forward leads back to the network that a packet came from, the receiver would answer to the sender past this
 * host, which waits for an answer from the address it had asked: so this host asks in its own name.
 */
function hairpin({ to, protocol, priority }: NatRuleArgs, network: string | undefined): Leg {
  const [first, last] = parseTarget(to ?? "")?.addresses ?? [];
  const single = first === last && first !== undefined ? first : undefined;
  const one = single && `${single}/${familyOf(single) === "ipv4" ? 32 : 128}`;
  return {
    ...{ chain: "postrouting", priority, kind: "masquerade", for: "hairpin", isForwarded: true },
    ...{ source: network, destination: one ?? network, protocol },
  };
}

/** What leaves for a forward from an address of localhost would not be answered. */
const fromLocalhost = ({ protocol, priority, routeLocalnet }: NatRuleArgs): Leg => ({
  ...{ chain: "postrouting", priority, kind: "masquerade", for: "routeLocalnet" },
  ...{ source: LOOPBACK.ipv4, outInterface: routeLocalnet, protocol },
});

/** With `route_localnet` a link lets in what is addressed to localhost; nobody outside has any business there. */
const guard = (link: string): Leg => ({
  ...{ chain: "raw", priority: 0, kind: "drop", for: "routeLocalnet" },
  ...{ inInterface: link, destination: LOOPBACK.ipv4 },
});

/** Ranges of one length are mapped one to one; of any other target range the kernel picks a port for each connection. */
function firstPort({ kind, port, to }: NatRuleArgs): number | undefined {
  const [from, onto] = [parsePorts(String(port)), parseTarget(to ?? "")?.ports];
  const isMap = kind === "dnat" && from && onto && sizeOf(from) > 1 && sizeOf(from) === sizeOf(onto);
  // What is in the range already stays as it is.
  return isMap && from[0] !== onto[0] ? from[0] : undefined;
}

export const sizeOf = ([first, last]: Ports): number => last - first + 1;

/** Whether a rule that was found is just this one, and in force. */
export const isAs = (observed: FoundLeg, leg: Leg): boolean =>
  says(observed, leg) && observed.obstacles.length === 0;

/** Whether a rule that was found says just this. */
export const says = (observed: FoundLeg, leg: Leg): boolean =>
  observed.chain === leg.chain &&
  observed.priority === leg.priority &&
  observed.rest.length === 0 &&
  NAT_FIELDS.every((field) => isDeepStrictEqual(observed[field], leg[field]));

/** Each rule that is wanted beside the one found that is it, or else is in its chain; and what was found besides. */
export function pair<F extends FoundLeg>(found: readonly F[], wanted: readonly Leg[]) {
  const left = [...found];
  const take = (fits: (observed: F) => boolean): F | undefined => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const exact = wanted.map((leg) => take((observed) => says(observed, leg)));
  const pairs = wanted.map((leg, at) => ({
    leg,
    observed: exact[at] ?? take((observed) => observed.chain === leg.chain),
  }));
  return { pairs, surplus: left };
}
