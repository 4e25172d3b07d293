import type { Host } from "../linux/host/host";
import { runPlan } from "../linux/host/runPlan";
import { familyOf } from "../linux/ip";
import type { Plan } from "../linux/plan";
import { covers } from "../linux/prefix";
import { lostRule, restored } from "./drift";
import { type Fault, sentenceOf } from "./fault";
import { isHiding } from "./hops/noRoute";
import { faultAt, type Journey, newJourney, type Step } from "./journey";
import { gatherNetwork } from "./network/gather";
import {
  addressName,
  findPlace,
  type Network,
  type Place,
  placeName,
  portsOf,
  usableAddresses,
} from "./network/network";
import { entryFor } from "./network/placeDetails";
import { endpointsOf, segmentOf } from "./network/segment";
import { type Known, Owners, ownerName } from "./owners";
import type { Packet, Protocol } from "./packet";
import { type Answer, PATIENCE, probe, probeLarge, type Target, untried } from "./probe/probe";
import { everyWay, type Found, together } from "./spread";
import { inPlace } from "./suggestions";
import { type End, walk } from "./walk";

/** The question to explain. */
export interface Question {
  /** The namespace that sends. `undefined` is the host. */
  readonly from: string | undefined;
  /** The receiver: an address, or a namespace, of which trace chooses an address. `undefined` is the host. */
  readonly to: { readonly ip: string } | { readonly namespace: string | undefined };
  readonly protocol: Protocol;
  readonly port?: number | undefined;
  /** Whether to send a real packet. */
  readonly withProbe: boolean;
  /** Milliseconds to wait for an answer. Default: 1000. */
  readonly patience?: number;
}

/** The explanation. */
export interface Trace {
  readonly isReached: boolean;
  /** The verdict: what happens, where, why, and the fix. */
  readonly sentence: string;
  readonly fault?: Fault | undefined;
  /** The observations in the order of the path. */
  readonly steps: readonly Step[];
  /** Rules that trace cannot judge, as they match something that only a real packet has. */
  readonly doubts: readonly string[];
  readonly probes: readonly Answer[];
}

/** Explains whether and why packets arrive. Apart from the packets of the probe, it only reads. */
export async function trace(host: Host, question: Question, known: readonly Known[]): Promise<Trace> {
  const network = await gatherNetwork(host);
  const names = [question.from, "namespace" in question.to ? question.to.namespace : undefined].filter(
    (name) => name !== undefined,
  );
  const told = new Map(
    await Promise.all(names.map(async (name) => [name, await host.tellOfName?.(name)] as const)),
  );
  const tell: Tell = (name) => told.get(name);
  return runPlan(host, explain(network, new Owners(known), question, tell));
}

/** Returns what the host knows about a name without a namespace. */
type Tell = (name: string) => string | undefined;

/** Explains on a gathered network. */
function* explain(network: Network, owners: Owners, question: Question, tell: Tell): Plan<Trace> {
  const start = placesOf(network, owners, question, tell);
  if ("fault" in start) return verdict(start.journey, start.fault, [], question);
  const { journey, from, ip } = start;
  const target: Target = { ip, family: journey.family, protocol: question.protocol, port: question.port };
  const packet: Packet = {
    ...{ family: target.family, protocol: question.protocol, port: target.port },
    ...{ source: "", destination: ip, isReply: false },
  };
  // The probe comes first, so that counters and neighbours show its effect.
  const first = question.withProbe ? yield* probe(question.from, target, question) : UNTRIED;
  const walked = yield* everyWay(journey, (one) => thereAndBack(one, from, packet));
  const found = together(journey, walked);
  const isEarly = first.isReached === false && journey.crossings.some(({ isByProxy }) => isByProxy);
  const answer = isEarly && !found.fault ? yield* probeAgain(question, target) : first;
  const fault = weigh(journey, found, answer);
  if (fault || !question.withProbe)
    return verdict(journey, fault ?? journey.risks[0], [answer], question, ip);
  const large = yield* tryLarge(journey, from, target, question);
  return verdict(journey, remaining(journey, from, large), [answer, ...(large ? [large] : [])], question, ip);
}

/** Probes again. A proxy delays its first answer, so the first probe may end before it. */
const probeAgain = (question: Question, target: Target): Plan<Answer> =>
  probe(question.from, target, { patience: Math.max(question.patience ?? PATIENCE, PATIENCE) });

const UNTRIED = untried("no packet was sent");

type Start =
  | { readonly journey: Journey; readonly fault: Fault }
  | { readonly journey: Journey; readonly from: Place; readonly ip: string };

/** Returns the sender and the destination address. */
function placesOf(network: Network, owners: Owners, { from, to }: Question, tell: Tell): Start {
  const journey = newJourney(network, owners, "ip" in to ? familyOf(to.ip) : "ipv4");
  const sender = findPlace(network, from);
  if (!sender) return { journey, fault: noPlace(journey, from, tell) };
  if ("ip" in to) return { journey, from: sender, ip: to.ip };
  const receiver = findPlace(network, to.namespace);
  if (!receiver) return { journey, fault: noPlace(journey, to.namespace, tell) };
  const four = addressFrom(network, sender, receiver, "ipv4");
  const six = four === undefined ? addressFrom(network, sender, receiver, "ipv6") : undefined;
  if (four !== undefined) return { journey, from: sender, ip: four };
  if (six !== undefined) return { journey: newJourney(network, owners, "ipv6"), from: sender, ip: six };
  return {
    journey,
    fault: faultAt(journey, receiver, {
      cause: "no-address",
      reason: "it has no address",
      fix: "add an Address to one of its links",
      owner: owners.ofPlace(receiver),
    }),
  };
}

/** Returns an address of the receiver, if possible one on an Ethernet of the sender. */
function addressFrom(
  network: Network,
  sender: Place,
  receiver: Place,
  family: "ipv4" | "ipv6",
): string | undefined {
  const addresses = usableAddresses(receiver, family);
  const near = portsOf(sender)
    .filter(({ device }) => device.kind !== "loopback")
    .flatMap((port) => endpointsOf(segmentOf(network, port)))
    .filter(({ place }) => place === receiver)
    .flatMap(({ device }) => addresses.filter((one) => one.device === device));
  return (near[0] ?? addresses[0])?.address.ip;
}

const noPlace = ({ network, owners }: Journey, name: string | undefined, tell: Tell): Fault => {
  const told = name === undefined ? undefined : tell(name);
  const lost = owners.find("Namespace", (args) => args["name"] === name);
  const names = network.flatMap((place) => place.name ?? []);
  return {
    ...{ cause: "no-place", place: name, direction: "there", effect: "all" },
    reason: "there is no such network namespace",
    fix: told ?? `add a Namespace, or use one of: ${[...names, "host"].slice(0, 20).join(", ")}`,
    ...(!told && name !== undefined && { code: `new Namespace("${name}");` }),
    ...(!told && lost && restored(lost)),
  };
};

function* thereAndBack(journey: Journey, from: Place, packet: Packet): Plan<Found> {
  const end = yield* walk(journey, from, packet);
  if (end.at === "fault") return { fault: end.fault, end };
  if (end.at === "beyond") return { fault: undefined, end };
  journey.direction = "back";
  const { source, destination, port, sourcePort } = end.packet;
  const answer: Packet = {
    ...{ ...end.packet, source: destination, destination: source },
    ...{ sourcePort: port, port: sourcePort, isReply: true },
  };
  const back = yield* walk(journey, end.place, answer);
  return { fault: back.at === "fault" ? back.fault : undefined, end };
}

/** Compares the findings with a real packet. An answer disproves them, except on paths that it did not take. */
function weigh(journey: Journey, { fault, end, chance }: Found, answer: Answer): Fault | undefined {
  if (answer.isReached === true) return chance;
  const doubtful = journey.risks.find(({ effect }) => effect === "doubt");
  if (fault || answer.isReached === undefined) return fault ?? chance ?? doubtful;
  return (
    chance ??
    // It prevents answers to ARP as well.
    journey.risks.find(({ cause }) => cause === "duplicate-mac") ??
    unanswered(journey) ??
    journey.risks.find(({ effect }) => effect === "chance") ??
    doubtful ??
    (end.at === "beyond" ? lostBeyond(journey, end) : lost(journey, end, answer))
  );
}

/** Neighbours that did not answer a request for their MAC address. */
function unanswered(journey: Journey): Fault | undefined {
  for (const { place, link, nexthop, direction, though } of journey.crossings) {
    const facts = journey.facts.get(place);
    const entry = facts && entryFor(facts, link, nexthop);
    if (!/FAILED|INCOMPLETE/.test(entry?.state ?? "")) continue;
    journey.direction = direction;
    const [protocol, also] =
      journey.family === "ipv4" ? ["ARP", "arptables, arp_ignore"] : ["NDP", "`ip6tables-save`"];
    return faultAt(journey, place, {
      cause: "neighbour",
      reason: `nobody answers ${protocol} for ${nexthop} on ${link} (${entry?.state}), ${though}`,
      fix: `look for what filters ${protocol} between the two: \`nft list ruleset\`, ${also}`,
    });
  }
  return undefined;
}

/** The packet leaves the visible network with a source that may be unknown there. */
function lostBeyond(journey: Journey, { place, link, packet }: Extract<End, { at: "beyond" }>): Fault {
  const isKnown = link.addresses.some((address) => covers(addressName(address), packet.source));
  if (isKnown) {
    return faultAt(journey, place, {
      cause: "unknown",
      reason: `${packet.destination} does not answer, and is outside of the visible network`,
      fix: "look there, starting with its route back",
    });
  }
  const lost = lostRule(journey, "NatRule", place, isHiding);
  return faultAt(journey, place, {
    cause: "no-masquerade",
    reason: `it sends them out of the visible network with the source ${packet.source}, to which machines there may have no route`,
    fix: `add a NatRule of kind masquerade on ${placeName(place.name)} that covers ${packet.source}, or a route to it there`,
    code: `new NatRule("…", { ${inPlace(place)}kind: "masquerade", source: "${packet.source}" });`,
    ...(lost && restored(lost)),
  });
}

function lost(journey: Journey, end: End, { text }: Answer): Fault {
  const place = end.at === "fault" ? journey.visited[0]?.place : end.place;
  const [doubt] = journey.doubts;
  return {
    ...{ cause: "unknown", place: place?.name, direction: "there", effect: "all" },
    reason: `${text}, although no finding stops them`,
    fix: doubt
      ? `check the rules that trace cannot judge, such as ${doubt}`
      : "follow a packet with `nft monitor trace` (docs/troubleshooting.md)",
  };
}

/** Probes with full-sized pings if small packets are answered. Only for a ping, or if the MTU is in doubt. */
function* tryLarge(
  journey: Journey,
  from: Place,
  target: Target,
  { patience }: Question,
): Plan<Answer | undefined> {
  const isInDoubt = journey.risks.some(({ effect }) => effect === "large");
  if (target.protocol !== "icmp" && !isInDoubt) return undefined;
  const mtu = from.devices.find(({ name }) => name === journey.crossings[0]?.link)?.mtu;
  return mtu === undefined ? undefined : yield* probeLarge(from.name, target, mtu, patience);
}

/** Returns the fault that remains although packets are answered. */
function remaining(journey: Journey, from: Place, large: Answer | undefined): Fault | undefined {
  const { risks } = journey;
  const chance = risks.find(({ effect }) => effect === "chance");
  if (chance || large?.isReached !== false) return chance;
  return (
    risks.find(({ effect }) => effect === "large") ??
    // The rule that accepts small packets may match their size.
    risks.find(({ effect }) => effect === "doubt") ??
    faultAt(journey, from, {
      cause: "mtu",
      effect: "large",
      reason: `${large.text}, and no router reports them as too large`,
      fix: "compare the MTUs on the path: `ip -br link`",
    })
  );
}

function verdict(
  journey: Journey,
  fault: Fault | undefined,
  probes: readonly Answer[],
  { from }: Question,
  ip = "",
): Trace {
  const { steps, doubts } = journey;
  const sentence = fault
    ? `${sentenceOf(fault)}${ownerTail(fault)}`
    : `packets get from ${placeName(from)} to ${ip} and back`;
  return { isReached: !fault, sentence, fault, steps, doubts, probes };
}

/** The owner, unless the fix names it. */
const ownerTail = ({ owner, reason, fix }: Fault): string =>
  owner && !`${reason} ${fix}`.includes(ownerName(owner)) ? ` (${ownerName(owner)})` : "";
