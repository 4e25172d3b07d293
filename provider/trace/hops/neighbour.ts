import type { Facts } from "../facts";
import type { Fault } from "../fault";
import { faultAt, type Journey, note } from "../journey";
import { type Port, portName } from "../network";
import { ownerName } from "../owners";
import { ipIn } from "../words";

/** Whether the MAC address that a place believes a neighbour to have is its own, and ARP can find it. */
export function checkNeighbour(
  journey: Journey,
  { neighbours }: Facts,
  start: Port,
  holder: Port,
  nexthop: string,
  onSegment: readonly Port[],
): Fault | undefined {
  const { place, device } = start;
  const entry = neighbours.find(({ ip, interface: link }) => ip === nexthop && link === device.name);
  const mac = holder.device.mac;
  const isKnown = onSegment.some((port) => port.device.mac === entry?.mac);
  if (entry?.mac !== undefined && !isKnown) {
    const isFixed = /PERMANENT/.test(entry.state);
    const owner = journey.owners.ofNeighbour(place, device.name, nexthop);
    return faultAt(journey, place, {
      cause: "neighbour",
      reason: `its neighbour entry for ${nexthop} on ${device.name} says ${entry.mac} (${entry.state}), but ${portName(holder)} has ${mac}`,
      mend: owner
        ? `change ${ownerName(owner)} to ${mac}`
        : isFixed
          ? "change or delete the entry"
          : "delete the entry, it is learnt anew",
      owner,
      code: `${ipIn(place)} neigh del ${nexthop} dev ${device.name}`,
    });
  }
  const silent = [start, holder].find((port) => !port.device.answersArp);
  if (silent && !/PERMANENT/.test(entry?.state ?? "")) {
    return faultAt(journey, silent.place, {
      cause: "neighbour",
      reason: `${silent.device.name} neither asks nor answers ARP (NOARP), so ${nexthop} is not found`,
      mend: "switch ARP on",
      code: `${ipIn(silent.place)} link set dev ${silent.device.name} arp on`,
      owner: journey.owners.ofLink(silent),
    });
  }
  note(
    journey,
    place,
    "neighbour",
    `${entry?.mac === undefined ? "will ask for" : "knows"} ${nexthop}, which has the MAC address ${mac}${entry ? ` (${entry.state})` : ""}`,
  );
  return undefined;
}
