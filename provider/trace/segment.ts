import { type Network, OVS_BRIDGE, type Port, peerOf, portsOf } from "./network";

/** One Ethernet: what a frame can reach without a router. */
export interface Segment {
  /** Every link on it, and the way from the first one there, both included. */
  readonly ways: ReadonlyMap<string, readonly Port[]>;
  /** Links by which it goes on where nothing can be seen: hardware, tunnels, Open vSwitch, cables to namespaces without a name. */
  readonly openings: readonly Port[];
}

export const portKey = ({ place, device }: Port): string => `${place.name ?? ""}/${device.index}`;

/**
 * Everything on the Ethernet that a link is on, whether or not frames pass just now: what is down is found on the way
 * along. Cables join their ends, bridges their ports.
 */
export function segmentOf(network: Network, start: Port): Segment {
  const ways = new Map<string, readonly Port[]>([[portKey(start), [start]]]);
  const openings: Port[] = [];
  const queue: Port[] = [start];
  for (let port = queue.shift(); port; port = queue.shift()) {
    const way = ways.get(portKey(port)) ?? [];
    if (isOpening(network, port)) openings.push(port);
    for (const next of neighboursOf(network, port)) {
      if (ways.has(portKey(next))) continue;
      ways.set(portKey(next), [...way, next]);
      queue.push(next);
    }
  }
  return { ways, openings };
}

function neighboursOf(network: Network, port: Port): Port[] {
  const { place, device } = port;
  const peer = peerOf(network, port);
  const inside = portsOf(place).filter(
    ({ device: other }) =>
      (device.kind === "bridge" && other.master === device.name) ||
      (other.kind === "bridge" && device.master === other.name),
  );
  return [...(peer ? [peer] : []), ...inside];
}

const isOpening = (network: Network, port: Port): boolean =>
  isOvsPort(port) ||
  (port.device.kind === "veth"
    ? peerOf(network, port) === undefined
    : port.device.kind !== "bridge" && port.device.kind !== "loopback");

/** Open vSwitch passes on what its flows and VLANs say. */
const isOvsPort = ({ place, device }: Port): boolean =>
  place.devices.some(({ name, kind }) => kind === OVS_BRIDGE && name === device.master);

/** The links on a segment that packets of their place come in by: all but the ports of bridges. */
export const endpointsOf = ({ ways }: Segment): Port[] =>
  [...ways.values()].flatMap((way) => way.at(-1) ?? []).filter(({ device }) => device.master === undefined);

/** Ends of cables that lead nowhere: neither port of a bridge nor with an address. */
export const looseEndsOf = (segment: Segment): Port[] =>
  endpointsOf(segment).filter(
    ({ device }) => device.kind === "veth" && !device.addresses.some(({ isGlobal }) => isGlobal),
  );
