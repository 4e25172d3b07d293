import type { PortOfOvs } from "../../linux/ovs/ports";
import { isCableEnd, isSwitch, leadsBeyond } from "./frames";
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
 * Everything on the Ethernet that a link is on. Cables join their ends, bridges their ports. A way over links that pass no
 * frames just now counts only where there is no other; what stops them is found on the way along.
 */
export function segmentOf(network: Network, start: Port, joins: Joins = isSameVlan): Segment {
  const ways = new Map<string, readonly Port[]>();
  const openings: Port[] = [];
  for (let level: Way[] = [[start]]; level.length > 0; ) {
    const closed: Way[] = [];
    const queue: Way[] = [];
    const reach = (way: Way, port: Port): void => {
      if (ways.has(portKey(port))) return;
      ways.set(portKey(port), way);
      queue.push(way);
    };
    for (const way of level) reach(way, last(way));
    for (let way = queue.shift(); way; way = queue.shift()) {
      const port = last(way);
      if (isOpening(network, port)) openings.push(port);
      for (const next of neighboursOf(network, port, joins)) {
        if (isPassing(next)) reach([...way, next], next);
        else if (!ways.has(portKey(next))) closed.push([...way, next]);
      }
    }
    level = closed;
  }
  return { ways, openings };
}

/** From the first link to the last one, both included. */
type Way = readonly [Port, ...Port[]];

const last = (way: Way): Port => way.at(-1) ?? way[0];

/** Whether frames get on at a link: it is up, and spanning tree, where it is a port, lets them. */
export const isPassing = ({ device }: Port): boolean =>
  device.isUp &&
  (device.master === undefined || device.portState === undefined || device.portState === "forwarding");

/** Whether a bridge of Open vSwitch hands frames without a tag from one of its ports to another. */
type Joins = (from: PortOfOvs, to: PortOfOvs) => boolean;

const isSameVlan: Joins = ({ enters }, { leaves }) => enters !== undefined && enters === leaves;

/** The same Ethernet if Open vSwitch had no VLANs. */
export const withoutVlans = (network: Network, start: Port): Segment => segmentOf(network, start, () => true);

function neighboursOf(network: Network, port: Port, joins: Joins): Port[] {
  const { place, device } = port;
  const peer = peerOf(network, port);
  const inside = portsOf(place).filter(
    ({ device: other }) =>
      (isSwitch(device) && other.master === device.name) ||
      (isSwitch(other) && device.master === other.name) ||
      (other !== device && isJoined(device.switched, other.switched, joins)),
  );
  return [...(peer ? [peer] : []), ...inside];
}

/** Whether a frame gets from one link to another by a bridge of Open vSwitch. */
export const isJoined = (
  from: PortOfOvs | undefined,
  to: PortOfOvs | undefined,
  joins: Joins = isSameVlan,
): boolean => from !== undefined && from.bridge === to?.bridge && joins(from, to);

const isOpening = (network: Network, port: Port): boolean =>
  isOvsPort(port) ||
  (isCableEnd(port.device) ? peerOf(network, port) === undefined : leadsBeyond(port.device));

/** Open vSwitch passes on what its flows and VLANs say. */
const isOvsPort = ({ place, device }: Port): boolean =>
  place.devices.some(({ name, kind }) => kind === OVS_BRIDGE && name === device.master);

/** The links on a segment that packets of their place come in by: all but the ports of bridges. */
export const endpointsOf = ({ ways }: Segment): Port[] =>
  [...ways.values()].flatMap((way) => way.at(-1) ?? []).filter(({ device }) => device.master === undefined);

/** Ends of cables that lead nowhere: neither port of a bridge nor with an address. */
export const looseEndsOf = (segment: Segment): Port[] =>
  endpointsOf(segment).filter(
    ({ device }) => isCableEnd(device) && !device.addresses.some(({ isGlobal }) => isGlobal),
  );
