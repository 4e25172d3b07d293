import { type Family, familyOf } from "./ip";
import { linkOf } from "./links";
import type { PolicyItem, Program } from "./program";

type Args = PolicyItem["args"];

/** The given family, or that of the first network. */
export const policyFamily = ({ family, from, to }: Args): Family => family ?? familyOf(from ?? to ?? "");

/** Whether the kernel can have a rule, and routes beside it. */
export const policyStands = ({ args }: PolicyItem, kept: Program): boolean =>
  isSound(args) && isHere(args, kept) && sparesGateways(args);

const isHere = ({ namespace, iif, oif }: Args, kept: Program): boolean =>
  [iif, oif].every(
    (ref) =>
      ref === undefined ||
      ref === "lo" ||
      (linkOf(kept, ref)?.place === namespace && linkOf(kept, ref) !== undefined),
  );

function isSound(args: Args): boolean {
  const { from, to, ipproto, sport, dport, tos = 0, invert, table, suppressPrefixlength: suppressed } = args;
  const isV4 = policyFamily(args) === "ipv4";
  const isLookup = (args.action ?? "lookup") === "lookup";
  const isOwn = (network: string | undefined) =>
    network === undefined || (familyOf(network) === "ipv4") === isV4;
  const hasPort = sport !== undefined || dport !== undefined;
  return (
    [from, to].every(isOwn) &&
    ipproto !== (isV4 ? "icmpv6" : "icmp") &&
    (!hasPort || ipproto === undefined || ["tcp", "udp", "sctp"].includes(ipproto)) &&
    (tos <= 28 || !isV4) &&
    (!isV4 || (suppressed ?? 0) <= 32) &&
    (isLookup ? table !== undefined : table === undefined && suppressed === undefined) &&
    (!invert || SELECTORS.some((field) => args[field] !== undefined))
  );
}

const SELECTORS = [
  ...(["from", "to", "iif", "oif", "fwmark", "ipproto"] as const),
  ...(["sport", "dport", "uidrange", "tos"] as const),
];

/** Tables that only contain routes to links. */
const HARMLESS: readonly Args["table"][] = ["main", 200];

/**
 * The kernel also consults the rules to find the gateway of a new route. It uses a packet without properties, except that it belongs to
 * root and to the host. A rule that matches such a packet must not divert it.
 */
function sparesGateways(args: Args): boolean {
  const { from, iif, fwmark, ipproto, sport, dport, tos } = args;
  const isNarrow =
    [from, ipproto, sport, dport, tos].some((value) => value !== undefined) ||
    (iif !== undefined && iif !== "lo") ||
    (fwmark !== undefined && Number(String(fwmark).split("/")[0]) !== 0);
  return (isNarrow && !args.invert) || HARMLESS.includes(args.table);
}
