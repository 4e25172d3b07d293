import { lookFor } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { ownerIn } from "../../linux/marks/mark";
import type { Plan } from "../../linux/plan";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { isSwitch } from "../../trace/network/frames";
import { lookAt, ownAddresses, type Place, placeOf, usableAddresses } from "../../trace/network/network";
import { lookCloser } from "../../trace/network/placeDetails";
import type { Passage } from "../../trace/packet";
import type { Chain, Rule } from "../../trace/rules/chain";
import { judge } from "../../trace/rules/judge";
import { makerOf, singleAddress } from "./claimants";

/**
 * Finds the rule that currently receives packets from outside for a port. `trace` knows the order of evaluation.
 */

/** A port that packets arrive for. A rule may match `destination` and `inInterface`. */
export interface Wanted {
  readonly family: Family;
  readonly protocol: string;
  readonly port: number;
  readonly destination?: string | undefined;
  readonly inInterface?: string | undefined;
}

export interface Redirection {
  readonly chain: Chain;
  readonly rule: Rule;
}

/** Returns the rule that redirects such a packet. `undefined` if that is uncertain. */
export function winnerOf(chains: readonly Chain[], place: Place, wanted: Wanted): Redirection | undefined {
  const passage = passageFor(place, wanted);
  if (!passage) return undefined;
  const families = [NFT_FAMILIES[wanted.family], "inet"];
  // Nothing tells when legacy iptables created its chains, so they may be evaluated first or last.
  const isLegacy = ({ tool }: Chain): boolean => tool === "iptables-legacy";
  const orders = [chains, [...chains.filter((chain) => !isLegacy(chain)), ...chains.filter(isLegacy)]];
  const [one, other] = orders.map((order) => {
    const { nat, doubts } = judge(order, "prerouting", families, passage);
    return doubts.some(({ rule }) => mayRedirect(rule, passage)) ? undefined : nat;
  });
  return one && other?.rule === one.rule ? one : undefined;
}

const REDIRECTS = ["dnat", "redirect", "netmap"];

/** Whether a rule that may or may not match would redirect the packet. */
function mayRedirect(rule: Rule, passage: Passage): boolean {
  const verdict = rule.judge(passage);
  if (verdict === "nothing" || verdict.does !== "doubt") return false;
  return verdict.may === undefined || REDIRECTS.includes(verdict.may.does);
}

/** Addresses of nobody, for a sender from outside (RFC 5737, RFC 3849). */
const OUTSIDE = { ipv4: ["192.0.2.1", "192.0.2.2"], ipv6: ["2001:db8::1", "2001:db8::2"] } as const;

function passageFor(place: Place, { family, protocol, port, ...asked }: Wanted): Passage | undefined {
  if (protocol !== "tcp" && protocol !== "udp") return undefined;
  const usable = usableAddresses(place, family).filter(({ device }) => device.kind !== "loopback");
  // The addresses of bridges serve the machines behind them.
  const outer = usable.find(({ device }) => !isSwitch(device)) ?? usable[0];
  const [source, nobody] = OUTSIDE[family];
  const destination = singleAddress(asked.destination) ?? outer?.address.ip ?? nobody;
  const isPlain = asked.inInterface !== undefined && /^[^!*+]+$/.test(asked.inInterface);
  return {
    packet: { family, protocol, source, destination, port, isReply: false },
    inInterface: isPlain ? asked.inInterface : outer?.device.name,
    local: [...ownAddresses(place), destination],
  };
}

/** Names the owner of a rule. */
export const whoseIs = ({ chain: { tool, table, name }, rule }: Redirection): string =>
  ownerIn((rule.comment ?? "").split(",")[0]) ?? makerOf(name, tool === "nft" ? table : undefined);

/** Reads the namespace of a new rule. Returns a function that finds the winner of a port there. */
export function* lookForWinners(
  namespace: string | undefined,
  family: Family,
): Plan<(wanted: Wanted) => Redirection | undefined> {
  const answers = yield lookAt(namespace).map(lookFor);
  const place = placeOf(
    namespace,
    answers.map((answer) => answer ?? ""),
  );
  const { chains } = yield* lookCloser(place, family);
  return (wanted) => winnerOf(chains, place, wanted);
}
