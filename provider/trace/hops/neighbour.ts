import type { Plan } from "../../linux/plan";
import type { Fault } from "../fault";
import { factsOf, faultAt, type Journey, note } from "../journey";
import { isSwitch } from "../network/frames";
import { type Port, placeName, portName } from "../network/network";
import { entryFor, type Facts, type Neighbour } from "../network/placeDetails";
import { endpointsOf, portKey, type Segment } from "../network/segment";
import { type Owner, ownerName } from "../owners";
import { ipIn } from "../suggestions";
import { forwardingOf } from "./forwarding";

/**
 * The reason why a link receives packets for an address: its machine has the address, a neighbour entry of the sender leads to the link, or the link answers as a proxy.
 */
export type Taking =
  | { readonly by: "address" }
  | { readonly by: "entry"; readonly entry: Neighbour }
  | { readonly by: "proxy"; readonly means: string; readonly owner?: Owner | undefined };

/** Returns an entry that the kernel uses without asking the neighbour. */
export const fixedEntry = ({ neighbours }: Facts, { device }: Port, nexthop: string): Neighbour | undefined =>
  neighbours.find(
    ({ ip, interface: link, mac, state }) =>
      ip === nexthop &&
      link === device.name &&
      mac !== undefined &&
      // On a link without ARP, the kernel fills in the link's own address.
      (/PERMANENT/.test(state) || (/NOARP/.test(state) && mac !== device.mac)),
  );

/**
 * Returns the links on a segment that receive frames for a MAC address. For a group address, those with the IP address.
 */
export function takersOf(segment: Segment, start: Port, { mac, ip }: Neighbour): Port[] {
  const endpoints = endpointsOf(segment).filter((port) => portKey(port) !== portKey(start));
  if (isGroup(mac ?? "")) return endpoints.filter(({ place }) => hasAddress(place, ip));
  return endpoints.filter((port) => port.device.mac === mac || entersBy(segment, port)?.device.mac === mac);
}

/** The port by which frames reach a bridge. The bridge accepts frames for the address of that port. */
function entersBy({ ways }: Segment, port: Port): Port | undefined {
  return isSwitch(port.device) ? ways.get(portKey(port))?.at(-2) : undefined;
}

const isGroup = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;

export const hasAddress = ({ devices }: Port["place"], ip: string): boolean =>
  devices.some(({ addresses }) => addresses.some((address) => address.ip === ip));

/** Whether a place forwards packets that enter by a link. */
export function* isRouter(journey: Journey, { place, device }: Port): Plan<boolean> {
  const { sysctls } = yield* factsOf(journey, place);
  return forwardingOf(sysctls, journey.family, device.name, []).isOn;
}

/** A wrong entry of the sender, which names no machine or the wrong one. */
export function wrongEntry(
  journey: Journey,
  start: Port,
  { ip, mac, state }: Neighbour,
  taker: Port | undefined,
  holder: Port | undefined,
): Fault {
  const { place, device } = start;
  const isFixed = /PERMANENT|NOARP/.test(state);
  const owner = journey.owners.ofNeighbour(place, device.name, ip);
  const whose = taker ? `, the MAC address of ${portName(taker)}` : "";
  const nobody = isGroup(mac ?? "") ? ip : "that MAC address";
  const truth = holder
    ? `${portName(holder)} has ${holder.device.mac}`
    : `no link on that Ethernet has ${nobody}`;
  return faultAt(journey, place, {
    cause: "neighbour",
    reason: `its neighbour entry for ${ip} on ${device.name} says ${mac} (${state})${whose}, but ${truth}`,
    fix: owner
      ? `change ${ownerName(owner)}${holder ? ` to ${holder.device.mac}` : ""}`
      : isFixed
        ? "change or delete the entry"
        : "delete the entry; the kernel learns it again",
    owner,
    code: `${ipIn(place)} neigh del ${ip} dev ${device.name}`,
  });
}

/** An outdated entry that leads to a machine that does not forward. The address has moved since. */
export function* checkLearnt(
  journey: Journey,
  facts: Facts,
  start: Port,
  taker: Port,
  nexthop: string,
  onSegment: readonly Port[],
  taking: Taking,
): Plan<Fault | undefined> {
  const entry = entryFor(facts, start.device.name, nexthop);
  if (taking.by !== "address" || entry?.mac === undefined || entry.mac === taker.device.mac) return undefined;
  const owners = onSegment.filter(({ device }) => device.mac === entry.mac);
  const [other] = owners;
  if (!other || owners.some(({ place }) => hasAddress(place, nexthop))) return undefined;
  const isSentOn = other.place !== start.place && (yield* isRouter(journey, other));
  return isSentOn ? undefined : wrongEntry(journey, start, entry, other, taker);
}

/** Checks that an entry has the MAC address of the neighbour, and that ARP can find it. */
export function checkNeighbour(
  journey: Journey,
  facts: Facts,
  start: Port,
  taker: Port,
  nexthop: string,
  onSegment: readonly Port[],
  taking: Taking,
): Fault | undefined {
  const { place, device } = start;
  const entry = entryFor(facts, device.name, nexthop);
  if (taking.by === "entry") {
    noteEntry(journey, start, taker, taking.entry);
    return undefined;
  }
  const mac = taker.device.mac;
  const isKnown = onSegment.some((port) => port.device.mac === entry?.mac);
  if (entry?.mac !== undefined && !isKnown) return wrongEntry(journey, start, entry, undefined, taker);
  const silent = [start, taker].find((port) => !port.device.answersArp);
  if (silent) {
    return faultAt(journey, silent.place, {
      cause: "neighbour",
      reason: `${silent.device.name} neither sends nor answers ARP (NOARP), so ${nexthop} is not found`,
      fix: "switch ARP on",
      code: `${ipIn(silent.place)} link set dev ${silent.device.name} arp on`,
      owner: journey.owners.ofLink(silent),
    });
  }
  if (taking.by === "proxy")
    note(
      journey,
      taker.place,
      "neighbour",
      `answers for ${nexthop} on ${taker.device.name}, as ${taking.means}`,
      taking.owner,
    );
  const whose = taking.by === "proxy" ? `for which ${placeName(taker.place.name)} gives` : "which has";
  note(
    journey,
    place,
    "neighbour",
    `${entry?.mac === undefined ? "will ask for" : "knows"} ${nexthop}, ${whose} the MAC address ${mac}${entry ? ` (${entry.state})` : ""}`,
  );
  return undefined;
}

function noteEntry(journey: Journey, { place, device }: Port, taker: Port, entry: Neighbour): void {
  const { ip, mac, state } = entry;
  const isOwn = taker.device.addresses.some((address) => address.ip === ip);
  const whose = isOwn
    ? `, which has the MAC address ${mac}`
    : ` by the MAC address ${mac} of ${portName(taker)}`;
  const owner = journey.owners.ofNeighbour(place, device.name, ip);
  note(journey, place, "neighbour", `knows ${ip}${whose} (${state})`, owner);
}

/** The reason to expect an answer. The text follows "nobody answers". */
export const whyExpected = (taker: Port, nexthop: string, taking: Taking): string =>
  taking.by === "proxy"
    ? `although ${placeName(taker.place.name)} should answer for it`
    : hasAddress(taker.place, nexthop)
      ? "although it is there"
      : "although it is expected";
