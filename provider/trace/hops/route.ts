import { z } from "zod";
import { familyOption, ip } from "../../command";
import { canonicalIp } from "../../fields/common";
import { parseJson } from "../../parse/json";
import { PROTOCOL } from "../../protocol";
import { DEAD, destinationOf, type Facts, linkSysctl, mayLeadBy, routeFor } from "../facts";
import type { Fault } from "../fault";
import { factsOf, faultAt, type Journey, note } from "../journey";
import { type Device, ownAddresses, type Place, placeName } from "../network";
import { ownerName } from "../owners";
import type { Packet } from "../packet";
import { ask, type Outcome, type Plan } from "../plan";
import { dotted, inPlace } from "../words";
import { explainNoRoute } from "./noRoute";
import { explainRuling, flowOf, numberOf, refusedThough, rulingAt } from "./policy";
import { isDeadEnd, routerTo } from "./routers";

/** Where the kernel sends a packet: to itself, or out by a link to the next machine. */
export type Decision =
  | { readonly to: "itself"; readonly source: string | undefined }
  | {
      readonly to: "link";
      readonly link: Device;
      readonly nexthop: string;
      readonly source: string | undefined;
    }
  | { readonly to: "nowhere"; readonly fault: Fault };

const Answer = z.object({
  type: z.string().optional(),
  dev: z.string().optional(),
  gateway: z.string().optional(),
  via: z.looseObject({ host: z.string() }).optional(),
  prefsrc: z.string().optional(),
});

/** Where a packet comes from: a link, or a program of the place itself. */
export interface Arrival {
  readonly link: Device;
  /** Who has sent it here. */
  readonly from: Place;
}

export function* decide(
  journey: Journey,
  place: Place,
  packet: Packet,
  arrival: Arrival | undefined,
): Plan<Decision> {
  const facts = yield* factsOf(journey, place);
  const outcome = yield* ask(questionOf(place, packet, arrival));
  const answer = outcome.isOk ? parseJson(z.array(Answer), outcome.text)[0] : undefined;
  const isLocal = answer?.type === "local" || ownAddresses(place).includes(packet.destination);
  if (arrival && !isLocal) {
    const fault = forwardingFault(journey, place, facts, packet, arrival);
    if (fault) return { to: "nowhere", fault };
  }
  const gateway = answer?.gateway ?? answer?.via?.host;
  const link = place.devices.find(({ name }) => name === answer?.dev);
  if (!outcome.isOk || !answer || !link || /unreachable|blackhole|prohibit/.test(answer.type ?? "")) {
    const ruling = yield* rulingAt(place, facts, flowOf(packet, arrival?.link.name));
    const back = yield* wayBack(place, packet, arrival);
    const fault =
      explainRuling(journey, place, facts, packet, ruling) ??
      refusedSource(journey, place, facts, packet, arrival, outcome, back) ??
      deadRoute(journey, place, facts, packet) ??
      refusedThough(journey, place, facts, packet, ruling, outcome) ??
      explainNoRoute(journey, place, packet);
    return { to: "nowhere", fault };
  }
  const source = answer.prefsrc === undefined ? undefined : canonicalIp(answer.prefsrc);
  if (isLocal) return { to: "itself", source };
  const nexthop = canonicalIp(gateway ?? packet.destination);
  noteRoute(journey, place, facts, packet, link, gateway);
  return { to: "link", link, nexthop, source };
}

const questionOf = (place: Place, packet: Packet, arrival: Arrival | undefined) =>
  ip(
    place.name,
    ...[familyOption(packet.family), "-j", "route", "get", packet.destination],
    ...(arrival
      ? ["from", packet.source, "iif", arrival.link.name]
      : packet.isReply
        ? ["from", packet.source]
        : []),
    ...selectorsOf(packet),
  );

/** What else rules of the policy may ask for, as far as it is known of the packet. */
export const selectorsOf = (packet: Packet): string[] => {
  const port = (word: string, value: number | undefined): string[] =>
    value === undefined || packet.protocol === "icmp" ? [] : [word, String(value)];
  return [
    // By number, as a host may have no /etc/protocols.
    ...["ipproto", String(numberOf(packet))],
    ...[...port("sport", packet.sourcePort), ...port("dport", packet.port)],
  ];
};

/** By which link the place itself would send to the source; `undefined` where it has no way there. */
function* wayBack(place: Place, packet: Packet, arrival: Arrival | undefined): Plan<string | undefined> {
  if (!arrival) return undefined;
  const { family, source, port, sourcePort } = packet;
  const selectors = selectorsOf({ ...packet, port: sourcePort, sourcePort: port });
  const outcome = yield* ask(
    ip(place.name, familyOption(family), "-j", "route", "get", source, ...selectors),
  );
  return outcome.isOk ? parseJson(z.array(Answer), outcome.text)[0]?.dev : undefined;
}

function forwardingFault(
  journey: Journey,
  place: Place,
  facts: Facts,
  packet: Packet,
  { link, from }: Arrival,
): Fault | undefined {
  const own = linkSysctl(packet.family, link.name, "forwarding");
  const whole = packet.family === "ipv4" ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding";
  const key = facts.sysctls.get(whole) === "0" ? whole : own;
  const isOff = (packet.family === "ipv4" ? facts.sysctls.get(own) : facts.sysctls.get(whole)) === "0";
  if (!isOff) {
    note(journey, place, "route", `forwards (${dotted(whole)} = ${facts.sysctls.get(whole) ?? "?"})`);
    return undefined;
  }
  const router = isDeadEnd(journey.network, place)
    ? routerTo(journey.network, from, packet.destination)
    : undefined;
  if (router && router.place !== place) {
    return faultAt(journey, from, {
      cause: "gateway",
      reason: `its gateway for ${packet.destination} is ${placeName(place.name)}, which leads nowhere else`,
      mend: `send it via ${router.ip}, which is ${placeName(router.place.name)}`,
      code: routeCode(from, packet.destination, router.ip),
      owner: ownerOfRoute(journey, from, packet.destination),
    });
  }
  const owner = journey.owners.ofSysctl(place, key);
  const translated = journey.translations.find(
    (one) => one.place === place && one.after.destination === packet.destination,
  );
  return faultAt(journey, place, {
    cause: "forwarding-off",
    reason: `${translated ? `${translated.by} sends it on to ${packet.destination}, but ` : ""}it does not forward, as ${dotted(key)} is 0`,
    mend: `${owner ? `change ${ownerName(owner)}` : "add a Sysctl"} to make it 1`,
    code: sysctlCode(place, key, 1),
    owner,
  });
}

/** A route for a program; `target` is a network, or an address alone. */
export const routeCode = (place: Place, target: string, via: string): string =>
  `new Route("…", { ${inPlace(place)}destination: "${target}", via: "${via}" });`;

const sysctlCode = (place: Place, key: string, value: number): string =>
  `new Sysctl("…", { ${inPlace(place)}key: "${dotted(key)}", value: ${value} });`;

/** The kernel drops packets whose source it does not believe. */
function refusedSource(
  journey: Journey,
  place: Place,
  { sysctls }: Facts,
  packet: Packet,
  arrival: Arrival | undefined,
  outcome: Outcome,
  back: string | undefined,
): Fault | undefined {
  if (!arrival || outcome.isOk || !/Invalid (argument|cross-device link)/.test(outcome.stderr))
    return undefined;
  if (ownAddresses(place).includes(packet.source)) {
    const first = journey.visited.find(({ direction }) => direction === journey.direction);
    if (first?.place === place) return loopFault(journey, place, packet);
    return faultAt(journey, place, {
      cause: "duplicate-address",
      reason: `packets come in by ${arrival.link.name} from ${packet.source}, which is its own address as well`,
      mend: "give one of the two another address",
    });
  }
  const { name } = arrival.link;
  const modes = ["all", name].map((link) => Number(sysctls.get(linkSysctl("ipv4", link, "rp_filter")) ?? 0));
  const mode = Math.max(...modes);
  if (mode === 0 || back === name || (mode === 2 && back !== undefined)) return undefined;
  const key = linkSysctl("ipv4", name, "rp_filter");
  const owner = journey.owners.ofSysctl(place, key);
  const way = back === undefined ? "it has no way back there" : `its way back there leads by ${back}`;
  return faultAt(journey, place, {
    cause: "rp-filter",
    reason: `its reverse path filter (rp_filter = ${mode}) drops what comes in by ${name} from ${packet.source}, as ${way}`,
    mend:
      back === undefined
        ? `add a Route to ${packet.source} by ${name}`
        : `lead the way back by ${name}, or set ${dotted(key)} to 2`,
    code: back === undefined ? undefined : sysctlCode(place, key, 2),
    owner,
  });
}

/** Packets that come back to where they have been. */
export function loopFault(journey: Journey, place: Place, { destination }: Packet): Fault {
  const names = journey.visited.map((visited) => placeName(visited.place.name));
  const since = names.lastIndexOf(placeName(place.name), names.length - 2);
  return faultAt(journey, place, {
    cause: "loop",
    reason: `packets for ${destination} go in a circle: ${names.slice(since).join(" → ")}`,
    mend: "change the route of one of them",
  });
}

function deadRoute(journey: Journey, place: Place, facts: Facts, { destination }: Packet): Fault | undefined {
  const route = routeFor(facts, destination);
  const type = DEAD[route?.type ?? 0];
  if (!route || type === undefined) return undefined;
  const owner = ownerOfRoute(journey, place, destination);
  return faultAt(journey, place, {
    cause: "dead-route",
    reason: `its route to ${route.destination} is of type ${type}, which lets nothing through`,
    mend: owner ? `change ${ownerName(owner)}` : "remove it",
    owner,
  });
}

/** Whose the route of the main table is; nobody's where the `gateway` is another's, as a rule of the policy may have it. */
export function ownerOfRoute(journey: Journey, place: Place, destination: string, gateway?: string) {
  const facts = journey.facts.get(place);
  const route = facts && routeFor(facts, destination);
  if (!route || (gateway !== undefined && !mayLeadBy(route, route.interface, gateway))) return undefined;
  return route.protocol === PROTOCOL
    ? journey.owners.ofRoute(place, destinationOf(route, destination), route.metric)
    : undefined;
}

function noteRoute(
  journey: Journey,
  place: Place,
  facts: Facts,
  { destination }: Packet,
  link: Device,
  gateway: string | undefined,
): void {
  const route = routeFor(facts, destination);
  const by = gateway === undefined ? `directly by ${link.name}` : `via ${gateway} by ${link.name}`;
  // That of another table, to which a rule of the policy leads, has no name here.
  const isTaken = route !== undefined && mayLeadBy(route, link.name, gateway);
  const covering = isTaken ? ` (route ${route.destination})` : "";
  const owner = isTaken ? ownerOfRoute(journey, place, destination) : undefined;
  note(journey, place, "route", `reaches ${destination} ${by}${covering}`, owner);
}
