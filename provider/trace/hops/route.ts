import { ASK, familyOption, ip } from "../../linux/command";
import { canonicalIp } from "../../linux/ip";
import { attemptOne, NOT_RUN, type Outcome, type Plan, textOf } from "../../linux/plan";
import { covers } from "../../linux/prefix";
import { isRefusing, parseRouteLookup } from "../../linux/read/route";
import { tableOf } from "../../linux/read/routeTables";
import { restored, sysctlIn } from "../drift";
import type { Fault } from "../fault";
import { askOnce, factsOf, faultAt, type Journey, note } from "../journey";
import { addressName, type Device, ownAddresses, type Place, placeName } from "../network/network";
import {
  type Facts,
  linkSysctl,
  MAIN,
  routeFor,
  type TableRoute,
  tableRoutesIn,
} from "../network/placeDetails";
import { ownerName } from "../owners";
import type { Packet } from "../packet";
import { dotted, inPlace, ipIn, sysctlCode } from "../suggestions";
import { forwardingFault } from "./forwarding";
import { explainNoRoute } from "./noRoute";
import { explainRuling, flowOf, numberOf, refusedThough, rulingAt } from "./policy";
import { specialAddress } from "./special";
import { type Arrival, ownerOfRoute, routeKey } from "./taken";
import { takeWay } from "./ways";

/** The kernel's decision: deliver here, or send by a link to the next machine. */
export type Decision =
  | { readonly to: "itself"; readonly source: string | undefined }
  | {
      readonly to: "link";
      readonly link: Device;
      readonly nexthop: string;
      readonly source: string | undefined;
    }
  | { readonly to: "nowhere"; readonly fault: Fault };

export function* decide(
  journey: Journey,
  place: Place,
  packet: Packet,
  arrival: Arrival | undefined,
): Plan<Decision> {
  const facts = yield* factsOf(journey, place);
  const [outcome = NOT_RUN, match] = yield* askOnce(journey, [
    ip(place.name, familyOption(packet.family), "-j", "route", "get", ...questionOf(packet, arrival)),
    ip(place.name, familyOption(packet.family), ...ASK, ...MATCH, ...questionOf(packet, arrival)),
  ]);
  const answer = parseRouteLookup(textOf(outcome));
  const isLocal = answer?.type === "local" || ownAddresses(place).includes(packet.destination);
  const special = specialAddress(journey, place, answer?.type, packet);
  if (special) return { to: "nowhere", fault: special };
  if (arrival && !isLocal) {
    const fault = forwardingFault(journey, place, facts, packet, arrival);
    if (fault) return { to: "nowhere", fault };
  }
  const [route] = tableRoutesIn(textOf(match));
  if (route) journey.routes.set(routeKey(place, packet.destination), route);
  const said = answer && { via: answer.via, interface: answer.interface };
  const way =
    route?.nexthops && said && !isLocal ? takeWay(journey, place, facts, packet, route, said) : said;
  const gateway = way?.via;
  const link = place.devices.find(({ name }) => name === way?.interface);
  if (!outcome.isOk || !answer || !link || isRefusing(answer.type)) {
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
  const chosen = answer.source === undefined ? undefined : canonicalIp(answer.source);
  const isOther = link.name !== answer.interface && route?.source === undefined;
  const source = isOther ? (sourceOn(link, packet.family, gateway) ?? chosen) : chosen;
  if (isLocal) return { to: "itself", source };
  const nexthop = canonicalIp(gateway ?? packet.destination);
  noteRoute(journey, place, packet, link, gateway);
  return { to: "link", link, nexthop, source };
}

/** Returns the route with all its nexthops, not the result for one packet. */
const MATCH = ["route", "get", "fibmatch"] as const;

const questionOf = (packet: Packet, arrival: Arrival | undefined): string[] => [
  packet.destination,
  ...(arrival
    ? ["from", packet.source, "iif", arrival.link.name]
    : packet.isReply
      ? ["from", packet.source]
      : []),
  ...selectorsOf(packet),
];

/** The source address of a place on a link other than the one that the kernel chose. */
function sourceOn(
  { addresses }: Device,
  family: Packet["family"],
  gateway: string | undefined,
): string | undefined {
  const own = addresses.filter((address) => address.family === family && address.isGlobal);
  const near = own.find((address) => gateway !== undefined && covers(addressName(address), gateway));
  return (near ?? own[0])?.ip;
}

/** The further selectors of policy rules that are known of the packet. */
export const selectorsOf = (packet: Packet): string[] => {
  const port = (word: string, value: number | undefined): string[] =>
    value === undefined || packet.protocol === "icmp" ? [] : [word, String(value)];
  return [
    // A number, because a host may lack /etc/protocols.
    ...["ipproto", String(numberOf(packet))],
    ...[...port("sport", packet.sourcePort), ...port("dport", packet.port)],
  ];
};

/** The link by which the place would send to the source, or `undefined` without a route. */
function* wayBack(place: Place, packet: Packet, arrival: Arrival | undefined): Plan<string | undefined> {
  if (!arrival) return undefined;
  const { family, source, port, sourcePort } = packet;
  const selectors = selectorsOf({ ...packet, port: sourcePort, sourcePort: port });
  const outcome = yield* attemptOne(
    ip(place.name, familyOption(family), "-j", "route", "get", source, ...selectors),
  );
  return parseRouteLookup(textOf(outcome))?.interface;
}

/** The kernel drops packets with an implausible source. */
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
      reason: `packets enter by ${arrival.link.name} from ${packet.source}, which is its own address as well`,
      fix: "give one of the two another address",
    });
  }
  const { name } = arrival.link;
  const modes = ["all", name].map((link) => Number(sysctls.get(linkSysctl("ipv4", link, "rp_filter")) ?? 0));
  const mode = Math.max(...modes);
  if (mode === 0 || back === name || (mode === 2 && back !== undefined)) return undefined;
  const paths = ["all", name].map((link) => linkSysctl("ipv4", link, "rp_filter"));
  const key = linkSysctl("ipv4", name, "rp_filter");
  // A resource with another value has been overruled by hand.
  const lost = paths.find((path) => {
    const said = journey.owners.sysctlValue(place, path);
    return said !== undefined && said !== sysctls.get(path);
  });
  const owner = journey.owners.ofSysctl(place, lost ?? key);
  const way = back === undefined ? "it has no route back" : `its route back leads by ${back}`;
  return faultAt(journey, place, {
    cause: "rp-filter",
    reason: `its reverse path filter (rp_filter = ${mode}) drops packets that enter by ${name} from ${packet.source}, because ${way}`,
    fix:
      back === undefined
        ? `add a Route to ${packet.source} by ${name}`
        : `route the answers by ${name}, or ${owner ? `change ${sysctlIn(owner)} to set` : "set"} ${dotted(key)} to 2`,
    code:
      back === undefined
        ? `new Route("…", { ${inPlace(place)}destination: "${packet.source}", interface: "${name}" });`
        : owner
          ? undefined
          : sysctlCode(place, key, 2),
    owner,
    ...(lost !== undefined && owner && restored(owner)),
  });
}

/** Packets that return to a place that they have passed. */
export function loopFault(journey: Journey, place: Place, { destination }: Packet): Fault {
  const names = journey.visited.map((visited) => placeName(visited.place.name));
  const since = names.lastIndexOf(placeName(place.name), names.length - 2);
  return faultAt(journey, place, {
    cause: "loop",
    reason: `packets for ${destination} go in a loop: ${names.slice(since).join(" → ")}`,
    fix: "change the route of one of them",
  });
}

function deadRoute(journey: Journey, place: Place, facts: Facts, { destination }: Packet): Fault | undefined {
  const route = routeFor(facts, destination);
  if (!route || !isRefusing(route.type)) return undefined;
  const owner = ownerOfRoute(journey, place, destination);
  return faultAt(journey, place, {
    cause: "dead-route",
    reason: `its route to ${route.destination} is of type ${route.type}, which blocks packets`,
    fix: owner ? `change ${ownerName(owner)}` : "remove it",
    code: owner ? undefined : `${ipIn(place)} route del ${deadWords(route)}`,
    owner,
  });
}

/** A dead route of the main table in the words of `ip route del`. */
const deadWords = ({ type, destination, metric }: TableRoute): string =>
  `${type} ${destination}${metric === 0 ? "" : ` metric ${metric}`}`;

function noteRoute(
  journey: Journey,
  place: Place,
  { destination }: Packet,
  link: Device,
  gateway: string | undefined,
): void {
  const route = journey.routes.get(routeKey(place, destination));
  const by = gateway === undefined ? `directly by ${link.name}` : `via ${gateway} by ${link.name}`;
  const table = route && route.table !== MAIN ? ` of table ${tableOf(route.table)}` : "";
  const covering = route ? ` (route ${route.destination}${table})` : "";
  const owner = route && ownerOfRoute(journey, place, destination);
  note(journey, place, "route", `reaches ${destination} ${by}${covering}`, owner);
}
