import { parseTarget } from "../../fields/natTarget";
import { type Answer, ASK, type Command, command, familyOption, ip, lookFor } from "../../linux/command";
import { parseIp } from "../../linux/ip";
import { PROTOCOL } from "../../linux/marks/protocol";
import { parseRoutes } from "../../linux/read/route";
import { readSysctls, valuesOf, writeSysctls } from "../../linux/sysctl";
import type { NatRuleArgs } from "./args";
import * as iptables from "./iptables";
import * as nftables from "./nftables";

/** The facts that a rule needs about its host, besides the rules with its mark. */
export interface HostContext {
  /** The network of the target, if a link of the host is in it. */
  readonly network: string | undefined;
  /** `route_localnet` of the link, if the link exists. */
  readonly localnet: string | undefined;
  /** Whether rules of other resources need `route_localnet`. */
  readonly isShared: boolean;
}

/**
 * Our value of `route_localnet`. The kernel treats every number but 0 alike. This one, our protocol number, tells that
 * the value was 0 before, even after somebody has flushed all rules.
 */
const OURS = String(PROTOCOL);

const key = (link: string): string => `net/ipv4/conf/${link}/route_localnet`;

/** Returns the probe for `hostContextIn`, which follows that of the backend. */
export const hostContextProbe = (args: NatRuleArgs): Command[] => [
  ...networkProbe(args),
  ...localnetProbe(args),
];

function networkProbe({ hairpin, family, namespace, to }: NatRuleArgs): Command[] {
  const [first] = parseTarget(to ?? "")?.addresses ?? [];
  if (hairpin !== true || first === undefined) return [];
  return [ip(namespace, familyOption(family), ...ASK, "route", "show", "table", "main", "match", first)];
}

/** Other stacks, with either backend, may forward localhost on the same link. */
function localnetProbe({ namespace, routeLocalnet }: NatRuleArgs): Command[] {
  if (routeLocalnet === undefined) return [];
  return [
    readSysctls(namespace, [key(routeLocalnet)]),
    lookFor(command("nft", namespace, ["-j", "list", "ruleset", "ip"])),
    lookFor(iptables.listRaw(namespace)),
  ];
}

export function hostContextIn(answers: readonly Answer[], args: NatRuleArgs): HostContext {
  const left = [...answers];
  const network = networkProbe(args).length > 0 ? networkIn(left.shift()) : undefined;
  const link = args.routeLocalnet;
  if (link === undefined) return { network, localnet: undefined, isShared: false };
  const [sysctl, ruleset, raw] = left;
  const guards = [...nftables.guardsIn(ruleset), ...iptables.guardsIn(raw)].filter(
    (one) => one.link === link,
  );
  return {
    network,
    localnet: valuesOf(sysctl, [key(link)])[key(link)],
    isShared: guards.some(({ mark }) => mark !== args.mark),
  };
}

/** Returns the narrowest network of the routes. `undefined` if a gateway leads there. */
function networkIn(answer: Answer): string | undefined {
  const routes = parseRoutes(answer).flatMap(({ destination, way }) => {
    const network = parseIp(destination);
    return network ? [{ network, gateway: way.via }] : [];
  });
  const [narrowest] = routes.sort((a, b) => b.network.prefix - a.network.prefix);
  if (!narrowest || narrowest.gateway !== undefined) return undefined;
  return `${narrowest.network.address}/${narrowest.network.prefix}`;
}

/** Lets packets of localhost pass the link, if they do not pass yet. Its guard must exist first. */
export const openLocalnet = ({ namespace, routeLocalnet }: NatRuleArgs, context: HostContext): Command[] =>
  routeLocalnet === undefined || isOpen(context)
    ? []
    : writeSysctls(namespace, { [key(routeLocalnet)]: OURS });

export const isOpenByUs = ({ localnet }: HostContext): boolean => localnet === OURS;

export const isOpen = ({ localnet = "0" }: HostContext): boolean => localnet !== "0";

/** Reverts `openLocalnet`, unless the value is not ours or another resource needs it. */
export const closeLocalnet = ({ namespace, routeLocalnet }: NatRuleArgs, context: HostContext): Command[] =>
  routeLocalnet === undefined || context.isShared || !isOpenByUs(context)
    ? []
    : writeSysctls(namespace, { [key(routeLocalnet)]: "0" });
