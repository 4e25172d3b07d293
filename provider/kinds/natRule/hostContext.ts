import { parseTarget } from "../../fields/natTarget";
import { type Answer, ASK, type Command, command, familyOption, ip, lookFor } from "../../linux/command";
import { parseIp } from "../../linux/ip";
import { PROTOCOL } from "../../linux/marks/protocol";
import { parseRoutes } from "../../linux/read/route";
import { readSysctls, valuesOf, writeSysctls } from "../../linux/sysctl";
import type { NatRuleArgs } from "./args";
import * as iptables from "./iptables";
import * as nftables from "./nftables";

/** What a rule has to know of the host beside the rules with its mark. */
export interface Ground {
  /** The network on a link of the host that the target is in. */
  readonly network: string | undefined;
  /** `route_localnet` of the link, where it is there. */
  readonly localnet: string | undefined;
  /** Whether rules of other resources need it. */
  readonly isShared: boolean;
}

/**
 * What we set `route_localnet` to, where it was 0. To the kernel any number but 0 is the same, and this one tells, also
 * after somebody has flushed all rules, that nobody had wanted it before. It is the number of our routes, see protocol.ts.
 */
const OURS = String(PROTOCOL);

const key = (link: string): string => `net/ipv4/conf/${link}/route_localnet`;

/** What is asked for `groundIn`, after what the backend asks. */
export const groundProbe = (args: NatRuleArgs): Command[] => [...networkProbe(args), ...localnetProbe(args)];

function networkProbe({ hairpin, family, namespace, to }: NatRuleArgs): Command[] {
  const [first] = parseTarget(to ?? "")?.addresses ?? [];
  if (hairpin !== true || first === undefined) return [];
  return [ip(namespace, familyOption(family), ...ASK, "route", "show", "table", "main", "match", first)];
}

/** Any stack, and either backend, may have a forward of localhost on the same link. */
function localnetProbe({ namespace, routeLocalnet }: NatRuleArgs): Command[] {
  if (routeLocalnet === undefined) return [];
  return [
    readSysctls(namespace, [key(routeLocalnet)]),
    lookFor(command("nft", namespace, ["-j", "list", "ruleset", "ip"])),
    lookFor(iptables.listRaw(namespace)),
  ];
}

export function groundIn(answers: readonly Answer[], args: NatRuleArgs): Ground {
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

/** The narrowest network that leads there; none where a gateway does. */
function networkIn(answer: Answer): string | undefined {
  const routes = parseRoutes(answer).flatMap(({ destination, way }) => {
    const network = parseIp(destination);
    return network ? [{ network, gateway: way.via }] : [];
  });
  const [narrowest] = routes.sort((a, b) => b.network.prefix - a.network.prefix);
  if (!narrowest || narrowest.gateway !== undefined) return undefined;
  return `${narrowest.network.address}/${narrowest.network.prefix}`;
}

/** Lets packets of localhost pass the link, if they may not already; only once its guard is there. */
export const openLocalnet = ({ namespace, routeLocalnet }: NatRuleArgs, ground: Ground): Command[] =>
  routeLocalnet === undefined || isOpen(ground)
    ? []
    : writeSysctls(namespace, { [key(routeLocalnet)]: OURS });

export const isOpenByUs = ({ localnet }: Ground): boolean => localnet === OURS;

export const isOpen = ({ localnet = "0" }: Ground): boolean => localnet !== "0";

/** Keeps them from it again, where it was us who let them, and nobody else needs it. */
export const closeLocalnet = ({ namespace, routeLocalnet }: NatRuleArgs, ground: Ground): Command[] =>
  routeLocalnet === undefined || ground.isShared || !isOpenByUs(ground)
    ? []
    : writeSysctls(namespace, { [key(routeLocalnet)]: "0" });
