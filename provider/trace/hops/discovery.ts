import { canonicalIp } from "../../linux/ip";
import type { Plan } from "../../linux/plan";
import { covers } from "../../linux/prefix";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import type { Fault } from "../fault";
import { factsOf, type Journey } from "../journey";
import { isSwitch } from "../network/frames";
import { addressName, type Port } from "../network/network";
import { entryFor } from "../network/placeDetails";
import type { Bridged, Discovery, Packet } from "../packet";
import type { Hook } from "../rules/chain";
import { discoveryFault } from "./rules";

/** Finds rules that drop ARP or neighbour discovery (RFC 4861). */

/** A hook that a request or its answer passes. */
interface Stage {
  readonly port: Port;
  readonly hook: Hook;
  readonly discovery: Discovery;
  readonly bridged?: Bridged;
}

/**
 * Returns the rule that keeps the first place of a path from finding the last one. A sender that knows the MAC address
 * does not ask.
 */
export function* checkDiscovery(
  journey: Journey,
  way: readonly Port[],
  nexthop: string,
  packet: Packet,
): Plan<Fault | undefined> {
  const [start, taker] = [way[0], way.at(-1)];
  if (!start || !taker || start.place === taker.place) return undefined;
  const entry = entryFor(yield* factsOf(journey, start.place), start.device.name, nexthop);
  if (entry?.mac !== undefined || isTaught(journey, start, taker, nexthop)) return undefined;
  const asker = askingAddress(start, packet, nexthop);
  if (asker === undefined) return undefined;
  for (const stage of stagesOf(way, start, taker)) {
    const { chains, sysctls } = yield* factsOf(journey, stage.port.place);
    const asksIp = sysctls.get("net/bridge/bridge-nf-call-ip6tables") === "1";
    const message = messageOf(stage.discovery, packet, asker, nexthop);
    const fault = discoveryFault(journey, {
      ...{ place: stage.port.place, chains, hook: stage.hook, families: familiesOf(stage, packet, asksIp) },
      passage: {
        packet: message,
        ...linksOf(stage),
        local: [stage.discovery === "request" ? "" : asker],
      },
    });
    if (fault) return fault;
  }
  return undefined;
}

/** Whether the other side has asked before. A machine that is asked learns the address of the one that asks. */
const isTaught = ({ crossings, direction }: Journey, start: Port, taker: Port, nexthop: string): boolean =>
  direction === "back" &&
  crossings.some(
    (one) =>
      one.direction === "there" &&
      one.place === taker.place &&
      one.link === taker.device.name &&
      one.asker === nexthop &&
      start.place !== taker.place,
  );

/** The address from which a place asks: the source of the packet if the place has it, otherwise one of the link. */
export function askingAddress(
  { device }: Port,
  { family, source }: Packet,
  nexthop: string,
): string | undefined {
  const own = device.addresses.filter((address) => address.family === family);
  const chosen =
    own.find(({ ip }) => ip === source) ??
    (family === "ipv6"
      ? own.find(({ isGlobal }) => !isGlobal)
      : own.find((address) => covers(addressName(address), nexthop))) ??
    own[0];
  return chosen?.ip;
}

function stagesOf(way: readonly Port[], start: Port, taker: Port): Stage[] {
  const passing = (discovery: Discovery, from: Port, to: Port, ports: readonly Port[]): Stage[] => [
    ...(["output", "postrouting"] as const).map((hook): Stage => ({ port: from, hook, discovery })),
    ...bridgesOn(ports).map(({ port, bridged }): Stage => ({ port, hook: "forward", discovery, bridged })),
    ...(["prerouting", "input"] as const).map((hook): Stage => ({ port: to, hook, discovery })),
  ];
  return [...passing("request", start, taker, way), ...passing("answer", taker, start, [...way].reverse())];
}

/** Returns the bridges that a frame crosses. */
const bridgesOn = (way: readonly Port[]): { readonly port: Port; readonly bridged: Bridged }[] =>
  way.flatMap((port, at) => {
    const [from, to] = [way[at - 1], way[at + 1]];
    return isSwitch(port.device) && from && to
      ? { port, bridged: { bridge: port.device.name, from: from.device.name, to: to.device.name } }
      : [];
  });

/** Only tables of the families arp and bridge see ARP, as it is not IP. */
function familiesOf({ bridged }: Stage, { family }: Packet, asksIp: boolean): string[] {
  const ip = family === "ipv6" ? [NFT_FAMILIES[family], "inet"] : [];
  if (bridged) return ["bridge", ...(asksIp ? ip : [])];
  return family === "ipv6" ? ip : ["arp"];
}

function linksOf({ port, hook, bridged }: Stage) {
  const { name } = port.device;
  if (bridged) return { inInterface: bridged.bridge, outInterface: bridged.bridge, bridged };
  return hook === "output" || hook === "postrouting" ? { outInterface: name } : { inInterface: name };
}

/** A request or its answer as rules see it. Connection tracking ignores both. */
function messageOf(discovery: Discovery, { family }: Packet, asker: string, nexthop: string): Packet {
  const ends =
    discovery === "answer"
      ? { source: nexthop, destination: asker }
      : { source: asker, destination: family === "ipv6" ? solicitedNode(nexthop) : nexthop };
  return { family, protocol: "icmp", ...ends, isReply: false, tracking: "off", discovery };
}

/** The solicited-node address: `ff02::1:ff` and the last three bytes (RFC 4291). */
export function solicitedNode(address: string): string {
  const groups = address.split(":");
  const [high = "", low = ""] = [groups.at(-2), groups.at(-1)].map((group) => (group ?? "").padStart(4, "0"));
  return canonicalIp(`ff02::1:ff${high.slice(2)}:${low}`);
}
