import type { Fault } from "../fault";
import { addRisk, faultAt, type Journey } from "../journey";
import { isSwitch } from "../network/frames";
import { type Port, portName } from "../network/network";
import { endpointsOf, isPassing, portKey, type Segment } from "../network/segment";

/** Machines on one Ethernet with the same IP address. Chance decides which of them gets the packets. */
export function checkDuplicates(
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
      fix: "change one of them",
      owner: addressOwner(journey, other, ip) ?? addressOwner(journey, one, ip),
    }),
  );
}

/**
 * Links on one Ethernet with the same MAC address. A bridge sends frames to the port where it last saw the address. A
 * third machine gets them by chance. If the two talk to each other, no frame arrives.
 */
export function sharedMac(journey: Journey, segment: Segment, start: Port, taker: Port): Fault | undefined {
  const inner = (segment.ways.get(portKey(taker)) ?? []).slice(1, -1);
  if (inner.length > 0 && isSameMac(start, taker)) return macFault(journey, start, start, taker, "all");
  for (const port of [taker, start]) {
    const thief = inner.find((hop) => isSameMac(port, hop) && isOfBridge(hop, inner));
    if (thief) return macFault(journey, start, port, thief, "all");
  }
  const others = endpointsOf(segment).filter(
    (port) => ![start, taker].some((own) => portKey(own) === portKey(port)) && isInReach(segment, port),
  );
  for (const port of [taker, start]) {
    const rival = others.find((other) => isSameMac(port, other));
    if (rival) addRisk(journey, macFault(journey, start, port, rival, "chance"));
  }
  return undefined;
}

const NO_MAC = "00:00:00:00:00:00";

const isSameMac = ({ device: { mac } }: Port, other: Port): boolean =>
  mac !== undefined && mac !== NO_MAC && mac === other.device.mac;

/** Whether a link is a bridge or a port of one. A bridge does not forward frames for its own addresses. */
const isOfBridge = ({ device }: Port, way: readonly Port[]): boolean =>
  isSwitch(device) || way.some((hop) => isSwitch(hop.device) && hop.device.name === device.master);

const isInReach = ({ ways }: Segment, port: Port): boolean =>
  (ways.get(portKey(port)) ?? []).every(isPassing);

function macFault(
  journey: Journey,
  { place }: Port,
  one: Port,
  other: Port,
  effect: "all" | "chance",
): Fault {
  const bridge = isSwitch(other.device) ? other.device.name : other.device.master;
  const kept = bridge === undefined ? "" : `, so ${bridge} does not forward frames to it`;
  return faultAt(journey, place, {
    cause: "duplicate-mac",
    effect,
    reason: `both ${portName(one)} and ${portName(other)} have the MAC address ${one.device.mac}${kept}`,
    fix: "change one of them",
    owner: journey.owners.ofLink(other) ?? journey.owners.ofLink(one),
  });
}

const hasOn = ({ device }: Port, ip: string): boolean =>
  device.addresses.some((address) => address.ip === ip);

function addressOwner(journey: Journey, port: Port, ip: string) {
  const address = port.device.addresses.find((one) => one.ip === ip);
  return address && journey.owners.ofAddress(port, address);
}
