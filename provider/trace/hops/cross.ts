import type { Fault } from "../fault";
import { covers, networkOf } from "../ip";
import { addRisk, factsOf, faultAt, type Journey, note } from "../journey";
import { addressName, type Device, holdersOf, type Place, type Port, placeName, portName } from "../network";
import { ownerName } from "../owners";
import type { Packet } from "../packet";
import type { Plan } from "../plan";
import { endpointsOf, looseEndsOf, portKey, type Segment, segmentOf } from "../segment";
import { inPlace } from "../words";
import { checkNeighbour } from "./neighbour";
import { linkDown } from "./noRoute";
import { ownerOfRoute, routeCode } from "./route";
import { routerTo } from "./routers";
import { filterBridged } from "./rules";

/** Where a packet comes out that has left by a link. */
export type Crossing =
  | { readonly to: "place"; readonly port: Port }
  /** Somewhere that cannot be looked into. */
  | { readonly to: "beyond"; readonly port: Port }
  | { readonly to: "nowhere"; readonly fault: Fault };

/** Over one Ethernet, to the machine that has the address `nexthop`. */
export function* cross(
  journey: Journey,
  place: Place,
  link: Device,
  nexthop: string,
  packet: Packet,
): Plan<Crossing> {
  const { network } = journey;
  const start = { place, device: link };
  if (!link.isUp) return { to: "nowhere", fault: linkDown(journey, start) };
  const segment = segmentOf(network, start);
  const endpoints = endpointsOf(segment).filter((port) => portKey(port) !== portKey(start));
  const holders = endpoints.filter(({ device }) => device.addresses.some(({ ip }) => ip === nexthop));
  const [holder] = holders.length > 0 ? holders : [];
  if (!holder) {
    const fault = detached(journey, segment, start, nexthop);
    if (fault) return { to: "nowhere", fault };
    // A Linux host answers ARP for each of its addresses on each of its links.
    const other = endpoints.find((port) => port.place !== place && hasAddress(port.place, nexthop));
    if (other) return yield* along(journey, segment, start, other, nexthop, packet);
    const [opening] = segment.openings;
    if (opening) return beyond(journey, start, nexthop, opening);
    return { to: "nowhere", fault: nobodyThere(journey, segment, start, nexthop, packet) };
  }
  checkDuplicates(journey, segment, start, holders, nexthop);
  return yield* along(journey, segment, start, holder, nexthop, packet);
}

const hasAddress = ({ devices }: Place, ip: string): boolean =>
  devices.some(({ addresses }) => addresses.some((address) => address.ip === ip));

function beyond(journey: Journey, start: Port, nexthop: string, opening: Port): Crossing {
  note(
    journey,
    start.place,
    "link",
    `sends it by ${start.device.name} to ${nexthop}, which is beyond ${portName(opening)} and cannot be looked into`,
  );
  return { to: "beyond", port: start };
}

/** From link to link: each has to be up and pass frames on. */
function* along(
  journey: Journey,
  segment: Segment,
  start: Port,
  holder: Port,
  nexthop: string,
  packet: Packet,
): Plan<Crossing> {
  const way = segment.ways.get(portKey(holder)) ?? [];
  const facts = yield* factsOf(journey, start.place);
  for (const [at, port] of way.entries()) {
    const [from, to] = [way[at - 1], way[at + 1]];
    const fault =
      (port.device.isUp ? undefined : linkDown(journey, port)) ??
      blockedPort(journey, port) ??
      (port.device.kind === "bridge" && from && to
        ? yield* filterBridged(
            journey,
            port.place,
            { bridge: port.device.name, from: from.device.name, to: to.device.name },
            packet,
          )
        : undefined);
    if (fault) return { to: "nowhere", fault };
  }
  const fault = checkNeighbour(journey, facts, start, holder, nexthop, [...segment.ways.values()].flat());
  if (fault) return { to: "nowhere", fault };
  checkMtu(journey, way);
  const { direction } = journey;
  journey.crossings.push({ place: start.place, link: start.device.name, nexthop, direction });
  const between = way.slice(1, -1).filter(({ device }) => device.kind === "bridge");
  const over = between.length > 0 ? ` over ${between.map(portName).join(", ")}` : "";
  note(
    journey,
    start.place,
    "link",
    `reaches ${portName(holder)}${over} by ${start.device.name}`,
    journey.owners.ofLink(start),
  );
  return { to: "place", port: holder };
}

function blockedPort(journey: Journey, port: Port): Fault | undefined {
  const { place, device } = port;
  if (device.master === undefined || device.portState === undefined || device.portState === "forwarding")
    return undefined;
  const isWaiting = /listening|learning/.test(device.portState);
  return faultAt(journey, place, {
    cause: "port-blocked",
    reason: `${device.name} is a port of ${device.master} in state ${device.portState}`,
    mend: isWaiting
      ? "wait for spanning tree, or switch it off or shorten forwardDelay of the Bridge"
      : device.portState === "blocking"
        ? "spanning tree found a loop: take one cable of it away"
        : `set ${device.name} and ${device.master} up`,
    owner: journey.owners.ofLink(port),
  });
}

/** A cable whose other end hangs in the air, where a bridge was to be. */
function detached(journey: Journey, segment: Segment, start: Port, nexthop: string): Fault | undefined {
  const { network } = journey;
  const wanted = holdersOf(network, nexthop).filter(
    (port) => port.place !== start.place || port.device.kind === "bridge",
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
    .find((port) => port.place === place && port.device.kind === "bridge")?.device;

function notAttached(journey: Journey, end: Port, bridge: Device): Fault {
  const owner = journey.owners.ofLink(end);
  return faultAt(journey, end.place, {
    cause: "not-attached",
    reason: `${end.device.name} is no port of ${bridge.name}`,
    mend: owner ? `give that end of ${ownerName(owner)} the bridge ${bridge.name}` : `make it one`,
    code: `ip ${end.place.name === undefined ? "" : `-n ${end.place.name} `}link set dev ${end.device.name} master ${bridge.name}`,
    owner,
  });
}

/** Why nobody on an Ethernet has an address. */
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
    const owner = ownerOfRoute(journey, place, destination, nexthop);
    return faultAt(journey, place, {
      cause: "gateway",
      reason: `its gateway for ${destination} is ${nexthop}, but nobody on the Ethernet of ${device.name} has that address`,
      mend: router
        ? `${owner ? `change \`via\` of ${ownerName(owner)}` : "change the route"} to ${router.ip}, which is ${placeName(router.place.name)}`
        : "change the route, or give the gateway that address",
      code: router && routeCode(place, destination, router.ip),
      owner,
    });
  }
  const elsewhere = holdersOf(network, destination).filter((holder) => !isHere(holder));
  const own = device.addresses.find((address) => covers(addressName(address), destination));
  if (elsewhere[0] && own) {
    const right = `${own.ip}/${usualPrefix(segment, own.ip)}`;
    const owner = journey.owners.ofAddress({ place, device }, own);
    return faultAt(journey, place, {
      cause: "netmask",
      reason: `it takes ${destination} for a neighbour on ${device.name}, as its address ${addressName(own)} covers it, but that is ${portName(elsewhere[0])}, on another Ethernet`,
      mend: `${owner ? `change ${ownerName(owner)}` : "change it"} to ${right}, and reach ${networkOf(`${destination}/${right.split("/")[1]}`)} by a Route${router ? ` via ${router.ip}` : ""}`,
      code: `new Address("…", { ${inPlace(place)}interface: "${device.name}", address: "${right}" });`,
      owner,
    });
  }
  return faultAt(journey, place, {
    cause: "nobody",
    reason: `nobody on the Ethernet of ${device.name} has ${destination}`,
    mend: "give somebody that Address, or ask for another",
    owner: journey.owners.ofLink({ place, device }),
  });
}

/** The prefix length that the others on an Ethernet have, else that of most networks. */
function usualPrefix(segment: Segment, ip: string): number {
  const others = endpointsOf(segment)
    .flatMap(({ device }) => device.addresses)
    .filter((address) => address.ip !== ip && covers(addressName(address), ip));
  return others[0]?.prefix ?? (ip.includes(":") ? 64 : 24);
}

function checkDuplicates(
  journey: Journey,
  segment: Segment,
  start: Port,
  holders: readonly Port[],
  nexthop: string,
): void {
  const source = start.device.addresses.find(
    ({ ip, isGlobal }) =>
      isGlobal && endpointsOf(segment).some((port) => portKey(port) !== portKey(start) && hasOn(port, ip)),
  );
  const rivals = source
    ? [start, ...endpointsOf(segment).filter((port) => port.place !== start.place && hasOn(port, source.ip))]
    : holders;
  const [one, other] = rivals;
  if (!one || !other) return;
  const ip = source?.ip ?? nexthop;
  addRisk(
    journey,
    faultAt(journey, start.place, {
      cause: "duplicate-address",
      effect: "chance",
      reason: `both ${portName(one)} and ${portName(other)} have the address ${ip}`,
      mend: "give one of them another",
      owner: addressOwner(journey, other, ip) ?? addressOwner(journey, one, ip),
    }),
  );
}

const hasOn = ({ device }: Port, ip: string): boolean =>
  device.addresses.some((address) => address.ip === ip);

function addressOwner(journey: Journey, port: Port, ip: string) {
  const address = port.device.addresses.find((one) => one.ip === ip);
  return address && journey.owners.ofAddress(port, address);
}

/** Who sends on an Ethernet sends as much as its own link allows: whoever takes less loses it without a word. */
function checkMtu(journey: Journey, way: readonly Port[]): void {
  const [first, ...rest] = way;
  if (!first) return;
  const narrow = rest.find(({ device }) => device.mtu < first.device.mtu && device.kind !== "bridge");
  if (!narrow) return;
  const owner = journey.owners.ofLink(narrow);
  addRisk(
    journey,
    faultAt(journey, narrow.place, {
      cause: "mtu",
      effect: "large",
      reason: `${narrow.device.name} takes packets of up to ${narrow.device.mtu} bytes, but ${portName(first)} sends up to ${first.device.mtu}`,
      mend: `give all links of this Ethernet the same \`mtu\`${owner ? `: change ${ownerName(owner)}` : ""}`,
      owner,
    }),
  );
}
