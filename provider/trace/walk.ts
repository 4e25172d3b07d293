import type { Plan } from "../linux/plan";
import type { Fault } from "./fault";
import { cross } from "./hops/cross";
import { deliver } from "./hops/deliver";
import { decide, loopFault } from "./hops/route";
import { filter } from "./hops/rules";
import type { Arrival } from "./hops/taken";
import { factsOf, faultAt, type Journey, note } from "./journey";
import { addressName, type Device, type Place, portsOf, usableAddresses } from "./network/network";
import type { Owner } from "./owners";
import { type Packet, printPacket } from "./packet";
import { ipIn } from "./suggestions";

/** The end of a packet's path. */
export type End =
  | { readonly at: "place"; readonly place: Place; readonly packet: Packet }
  /** It leaves the visible network by a link. */
  | { readonly at: "beyond"; readonly place: Place; readonly link: Device; readonly packet: Packet }
  | { readonly at: "fault"; readonly fault: Fault };

/** More hops than this are a loop, as in traceroute(8). */
const MOST_HOPS = 30;

/** Follows a packet hop by hop from its sender to its receiver. */
export function* walk(journey: Journey, from: Place, first: Packet): Plan<End> {
  let place = from;
  let packet = first;
  let arrival: Arrival | undefined;
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    const isBack = journey.visited.some((one) => one.place === place && one.direction === journey.direction);
    journey.visited.push({ place, direction: journey.direction });
    if (isBack && hops > 2 * journey.network.length) return failed(loopFault(journey, place, packet));
    const inside = yield* pass(journey, place, packet, arrival);
    if ("at" in inside) return inside;
    const crossing = yield* cross(journey, place, inside.link, inside.nexthop, inside.packet);
    if (crossing.to === "nowhere") return { at: "fault", fault: crossing.fault };
    if (crossing.to === "beyond") return { at: "beyond", place, link: inside.link, packet: inside.packet };
    packet = inside.packet;
    arrival = { link: crossing.port.device, from: place };
    place = crossing.port.place;
  }
  return failed(loopFault(journey, place, packet));
}

interface Leaving {
  readonly link: Device;
  readonly nexthop: string;
  readonly packet: Packet;
}

/** Follows a packet through one place: input or creation, routing, and output or delivery. */
function* pass(
  journey: Journey,
  place: Place,
  come: Packet,
  arrival: Arrival | undefined,
): Plan<End | Leaving> {
  yield* factsOf(journey, place);
  const isLost = come.isReply && journey.untracked.has(place);
  // Each place has its own connection tracking.
  const given: Packet = { ...come, tracking: isLost ? "lost" : undefined };
  const inInterface = arrival?.link.name;
  let packet = arrival ? backTo(journey, place, given) : given;
  if (arrival) {
    const before = yield* filter(journey, place, "prerouting", packet, { inInterface });
    if ("fault" in before) return failed(before.fault);
    packet =
      before.packet.tracking === "off" && given.isReply ? { ...given, tracking: "off" } : before.packet;
  } else noteStart(journey, place, packet);

  let decision = yield* decide(journey, place, packet, arrival);
  if (decision.to === "nowhere") return failed(decision.fault);
  if (!arrival) {
    packet = withSource(packet, decision.source);
    const outInterface = decision.to === "link" ? decision.link.name : "lo";
    const made = yield* filter(journey, place, "output", packet, { outInterface });
    if ("fault" in made) return failed(made.fault);
    if (made.packet.destination !== packet.destination) {
      decision = yield* decide(journey, place, made.packet, undefined);
      if (decision.to === "nowhere") return failed(decision.fault);
    }
    packet = made.packet;
  }
  if (decision.to === "itself") return yield* take(journey, place, packet, inInterface ?? "lo");

  const outInterface = decision.link.name;
  if (arrival) {
    const forwarded = yield* filter(journey, place, "forward", packet, { inInterface, outInterface });
    if ("fault" in forwarded) return failed(forwarded.fault);
  }
  const after = yield* filter(journey, place, "postrouting", packet, { outInterface });
  if ("fault" in after) return failed(after.fault);
  const { link, nexthop } = decision;
  return { link, nexthop, packet: { ...sourceBack(journey, place, after.packet), tracking: undefined } };
}

const failed = (fault: Fault): End => ({ at: "fault", fault });

/** Sets the source that the kernel chooses with the route. */
const withSource = (packet: Packet, source: string | undefined): Packet =>
  packet.source === "" && source !== undefined ? { ...packet, source } : packet;

function* take(journey: Journey, place: Place, packet: Packet, inInterface: string): Plan<End> {
  const loopback = portsOf(place).find(({ device }) => device.kind === "loopback");
  if (inInterface === "lo" && loopback && !loopback.device.isUp) {
    return failed(
      faultAt(journey, place, {
        cause: "loopback-down",
        reason: "lo is down, so it cannot reach its own addresses",
        fix: "set it up, as a Namespace does unless `loopback` is false",
        code: `${ipIn(place)} link set dev lo up`,
        owner: journey.owners.ofPlace(place),
      }),
    );
  }
  const taken = yield* filter(journey, place, "input", packet, { inInterface });
  if ("fault" in taken) return failed(taken.fault);
  const fault = yield* deliver(journey, place, packet);
  return fault ? failed(fault) : { at: "place", place, packet };
}

/** Restores the destination that the connection had before translation here. */
function backTo(journey: Journey, place: Place, packet: Packet): Packet {
  let answer = packet;
  for (const { before, after, by, owner } of connectionOf(journey, place, packet)) {
    if (answer.destination !== after.source || before.source === after.source) continue;
    const was = answer;
    answer = { ...answer, destination: before.source };
    noteBack(journey, place, was, answer, by, owner);
  }
  return answer;
}

/** Restores the source, which is translated on output. */
function sourceBack(journey: Journey, place: Place, packet: Packet): Packet {
  let answer = packet;
  for (const { before, after, by, owner } of connectionOf(journey, place, packet)) {
    if (answer.source !== after.destination || before.destination === after.destination) continue;
    const was = answer;
    answer = { ...answer, source: before.destination, sourcePort: before.port };
    noteBack(journey, place, was, answer, by, owner);
  }
  return answer;
}

function noteBack(
  journey: Journey,
  place: Place,
  was: Packet,
  answer: Packet,
  by: string,
  owner: Owner | undefined,
): void {
  const text = `translates ${printPacket(was)} back into ${printPacket(answer)}, because ${by} translated the connection`;
  note(journey, place, "nat", text, owner);
}

/** The translations at a place on the way there, the last one first. */
const connectionOf = ({ translations }: Journey, place: Place, { isReply, tracking }: Packet) =>
  isReply && tracking === undefined ? translations.filter((one) => one.place === place).reverse() : [];

function noteStart(journey: Journey, place: Place, { family, isReply }: Packet): void {
  if (isReply) return;
  for (const { device, address } of usableAddresses(place, family))
    note(
      journey,
      place,
      "address",
      `has ${addressName(address)} on ${device.name}`,
      journey.owners.ofAddress({ place, device }, address) ?? journey.owners.ofLink({ place, device }),
    );
}
