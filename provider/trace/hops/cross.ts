import type { Plan } from "../../linux/plan";
import { covers, networkOf } from "../../linux/prefix";
import { lostAddress, orRestored, restored, wrongPrefix } from "../drift";
import type { Fault } from "../fault";
import { factsOf, faultAt, type Journey, note } from "../journey";
import { isSwitch } from "../network/frames";
import { addressName, type Device, holdersOf, type Place, type Port, portName } from "../network/network";
import type { Neighbour } from "../network/placeDetails";
import { endpointsOf, looseEndsOf, portKey, type Segment, segmentOf } from "../network/segment";
import { ownerName } from "../owners";
import type { Packet } from "../packet";
import { addressCode, ipIn, linesOf, routeCode } from "../suggestions";
import { along, type Crossing } from "./along";
import { answerersOf, keptFrom } from "./answers";
import { checkDuplicates } from "./duplicates";
import { gatewayFix } from "./gateway";
import { fixedEntry, hasAddress, isRouter, type Taking, takersOf, wrongEntry } from "./neighbour";
import { isKept, linkDown } from "./noRoute";
import { routerTo } from "./routers";
import { asNetwork } from "./special";
import { apartByVlan } from "./vlans";

/** Crosses one Ethernet to the machine that receives packets for `nexthop`. */
export function* cross(
  journey: Journey,
  place: Place,
  link: Device,
  nexthop: string,
  packet: Packet,
): Plan<Crossing> {
  const start = { place, device: link };
  if (!link.isUp) return { to: "nowhere", fault: linkDown(journey, start) };
  const segment = segmentOf(journey.network, start);
  const endpoints = endpointsOf(segment).filter((port) => portKey(port) !== portKey(start));
  const holders = endpoints.filter(({ device }) => device.addresses.some(({ ip }) => ip === nexthop));
  const [holder] = holders;
  const entry = fixedEntry(yield* factsOf(journey, place), start, nexthop);
  if (entry) return yield* byEntry(journey, segment, start, entry, holder, packet);
  const to = (port: Port, taking: Taking) => along(journey, segment, start, port, nexthop, packet, taking);
  if (holder) {
    checkDuplicates(journey, segment, start, holders, nexthop);
    return yield* to(holder, { by: "address" });
  }
  const answerers = yield* answerersOf(journey, start, endpoints, nexthop, packet);
  const able = answerers.filter(({ obstacle }) => obstacle === undefined);
  const proxy = able.find(({ isProxy }) => isProxy);
  if (proxy) return yield* to(proxy.port, { by: "proxy", ...proxy });
  const fault = detached(journey, segment, start, nexthop);
  if (fault) return { to: "nowhere", fault };
  const [other] = able;
  if (other) return yield* to(other.port, { by: "address" });
  const apart = apartByVlan(journey, start, nexthop);
  if (apart) return { to: "nowhere", fault: apart };
  const [opening] = segment.openings;
  if (opening) return beyond(journey, start, nexthop, opening);
  const [kept] = answerers;
  return {
    to: "nowhere",
    fault: kept ? keptFrom(journey, kept, nexthop) : nobodyThere(journey, segment, start, nexthop, packet),
  };
}

/** Crosses to the MAC address in the sender's entry, whoever has the IP address. */
function* byEntry(
  journey: Journey,
  segment: Segment,
  start: Port,
  entry: Neighbour,
  holder: Port | undefined,
  packet: Packet,
): Plan<Crossing> {
  const takers = takersOf(segment, start, entry);
  const right = takers.find(({ place }) => hasAddress(place, entry.ip));
  const [taker] = right ? [right] : takers;
  const [opening] = segment.openings;
  if (!taker && !holder && opening) return beyond(journey, start, entry.ip, opening);
  const isLost = !taker || (!right && holder && !(yield* isRouter(journey, taker)));
  return isLost
    ? { to: "nowhere", fault: wrongEntry(journey, start, entry, taker, holder) }
    : yield* along(journey, segment, start, taker, entry.ip, packet, { by: "entry", entry });
}

function beyond(journey: Journey, start: Port, nexthop: string, opening: Port): Crossing {
  note(
    journey,
    start.place,
    "link",
    `sends it by ${start.device.name} to ${nexthop}, which is beyond ${portName(opening)}, outside of the visible network`,
  );
  return { to: "beyond", port: start };
}

/** A cable whose other end is not a port of the expected bridge. */
function detached(journey: Journey, segment: Segment, start: Port, nexthop: string): Fault | undefined {
  const { network } = journey;
  const wanted = holdersOf(network, nexthop).filter(
    (port) => port.place !== start.place || isSwitch(port.device),
  );
  for (const holder of wanted) {
    const its = segmentOf(network, holder);
    const near = looseEndsOf(segment).find((end) => end.place !== start.place && bridgeIn(its, end.place));
    const far = looseEndsOf(its).find((end) => end.place !== holder.place && bridgeIn(segment, end.place));
    const end = near ?? far;
    const bridge = end && bridgeIn(near ? its : segment, end.place);
    if (end && bridge) return notAttached(journey, end, bridge);
  }
  return undefined;
}

const bridgeIn = ({ ways }: Segment, place: Place): Device | undefined =>
  [...ways.values()]
    .flatMap((way) => way.at(-1) ?? [])
    .find((port) => port.place === place && isSwitch(port.device))?.device;

function notAttached(journey: Journey, end: Port, bridge: Device): Fault {
  const owner = journey.owners.ofLink(end);
  return faultAt(journey, end.place, {
    cause: "not-attached",
    reason: `${end.device.name} is not a port of ${bridge.name}`,
    fix: owner ? `give that end of ${ownerName(owner)} the bridge ${bridge.name}` : `make it one`,
    code: owner ? undefined : `${ipIn(end.place)} link set dev ${end.device.name} master ${bridge.name}`,
    owner,
  });
}

/** Returns why nobody on an Ethernet has an address. */
function nobodyThere(
  journey: Journey,
  segment: Segment,
  { place, device }: Port,
  nexthop: string,
  { destination }: Packet,
): Fault {
  const { network } = journey;
  const router = routerTo(network, place, destination);
  const isHere = (holder: Port): boolean => segment.ways.has(portKey(holder));
  if (nexthop !== destination) {
    return faultAt(journey, place, {
      cause: "gateway",
      reason: `its gateway for ${destination} is ${nexthop}, but nobody on the Ethernet of ${device.name} has that address`,
      ...gatewayFix(journey, place, destination, router, { ip: nexthop, who: "the gateway" }),
    });
  }
  const elsewhere = holdersOf(network, destination).filter((holder) => !isHere(holder));
  const own = device.addresses.find((address) => covers(addressName(address), destination));
  if (elsewhere[0] && own) {
    const right = `${own.ip}/${usualPrefix(segment, own.ip)}`;
    const owner = journey.owners.ofAddress({ place, device }, own);
    const lost = wrongPrefix(journey, place, device, own.ip);
    const beyondIt = networkOf(`${destination}/${right.split("/")[1]}`);
    return faultAt(journey, place, {
      cause: "netmask",
      reason: `it treats ${destination} as a neighbour on ${device.name}, because its address ${addressName(own)} covers it, but that is ${portName(elsewhere[0])}, on another Ethernet`,
      fix: `${owner ? `change ${ownerName(owner)}` : "change it"} to ${right}, and reach ${beyondIt} by a Route${router ? ` via ${router.ip}` : ""}`,
      code: isKept(journey, { place, device }, owner)
        ? undefined
        : linesOf(
            addressCode(place, device.name, right),
            `${ipIn(place)} address del ${addressName(own)} dev ${device.name}`,
            router && routeCode(place, beyondIt, router.ip),
          ),
      owner,
      ...(lost && restored(lost)),
    });
  }
  const lost = lostAddress(journey, destination);
  const owner = journey.owners.ofLink({ place, device });
  return faultAt(journey, place, {
    cause: "nobody",
    reason: `nobody on the Ethernet of ${device.name} has ${destination}${asNetwork(device, destination)}`,
    fix: `give a link that Address, or use another one${orRestored(journey, owner)}`,
    owner,
    ...(lost && restored(lost)),
  });
}

/** The prefix length of the other members of an Ethernet. Default: the usual one of the family. */
function usualPrefix(segment: Segment, ip: string): number {
  const others = endpointsOf(segment)
    .flatMap(({ device }) => device.addresses)
    .filter((address) => address.ip !== ip && covers(addressName(address), ip));
  return others[0]?.prefix ?? (ip.includes(":") ? 64 : 24);
}
