import { familyOf } from "../../linux/ip";
import { covers } from "../../linux/prefix";
import { findPlace, holdersOf, type Network, type Place, type Port, portsOf } from "../network/network";
import { endpointsOf, portKey, segmentOf } from "../network/segment";

/** A neighbour of a place that could forward its packets. */
export interface Router {
  readonly place: Place;
  /** Its address on that Ethernet. */
  readonly ip: string;
}

/** The neighbour of `place` with the fewest hops to `destination`, whether or not it is configured as a router. */
export function routerTo(network: Network, place: Place, destination: string): Router | undefined {
  const targets = new Set(holdersOf(network, destination).map((holder) => holder.place));
  const steps = stepsFrom(network, place);
  const queue: { at: Place; first: Step | undefined }[] = [{ at: place, first: undefined }];
  const seen = new Set([place]);
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (next.first && targets.has(next.at)) return routerIn(place, next.first, destination);
    for (const step of next.at === place ? steps : stepsFrom(network, next.at)) {
      const to = step.to.place;
      if (seen.has(to)) continue;
      seen.add(to);
      queue.push({ at: to, first: next.first ?? step });
    }
  }
  return undefined;
}

interface Step {
  readonly from: Port;
  readonly to: Port;
}

function stepsFrom(network: Network, place: Place): Step[] {
  return portsOf(place)
    .filter(({ device }) => device.kind !== "loopback" && device.master === undefined)
    .flatMap((from) =>
      endpointsOf(segmentOf(network, from))
        .filter((to) => to.place !== place)
        .map((to) => ({ from, to })),
    );
}

function routerIn(place: Place, { from, to }: Step, destination: string): Router | undefined {
  const family = familyOf(destination);
  const own = from.device.addresses.filter((address) => address.family === family);
  const addresses = to.device.addresses.filter((address) => address.family === family && address.isGlobal);
  const shared =
    addresses.find((address) => own.some(({ ip, prefix }) => covers(`${ip}/${prefix}`, address.ip))) ??
    addresses[0];
  return shared && to.place !== place ? { place: to.place, ip: shared.ip } : undefined;
}

/** Whether a place is on a single Ethernet, so that nothing passes through it. */
export function isDeadEnd(network: Network, place: Place): boolean {
  const [first, ...rest] = portsOf(place).filter(
    ({ device }) => device.kind !== "loopback" && device.master === undefined,
  );
  if (!first) return true;
  const { ways } = segmentOf(network, first);
  return findPlace(network, place.name) === place && rest.every((port) => ways.has(portKey(port)));
}
