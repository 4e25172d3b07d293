import type { PortOfOvs } from "../../linux/ovs/ports";
import { isCableEnd, isSwitch, leadsBeyond } from "./frames";
import { type Network, OVS_BRIDGE, type Port, peerOf, portsOf } from "./network";

/** One Ethernet: the links that a frame can reach without a router. */
export interface Segment {
  /** Every link, with the path from the first one, both included. */
  readonly ways: ReadonlyMap<string, readonly Port[]>;
  /**
   * Links that lead out of the visible network: hardware, tunnels, Open vSwitch, cables to namespaces without a name.
   */
  readonly openings: readonly Port[];
}

export const portKey = ({ place, device }: Port): string => `${place.name ?? ""}/${device.index}`;

/**
 * Returns the Ethernet of a link. Cables join their ends, bridges their ports. A path over links that pass no frames
 * counts only if there is no other. `along` finds what stops them.
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

/** A path from the first link to the last, both included. */
type Way = readonly [Port, ...Port[]];

const last = (way: Way): Port => way.at(-1) ?? way[0];

/** Whether a link passes frames: it is up, and spanning tree does not block it. */
export const isPassing = ({ device }: Port): boolean =>
  device.isUp &&
  (device.master === undefined || device.portState === undefined || device.portState === "forwarding");

/** Whether an Open vSwitch bridge passes untagged frames between two of its ports. */
type Joins = (from: PortOfOvs, to: PortOfOvs) => boolean;

const isSameVlan: Joins = ({ enters }, { leaves }) => enters !== undefined && enters === leaves;

/** Returns the Ethernet as if Open vSwitch had no VLANs. */
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

/** Whether an Open vSwitch bridge passes frames from one link to another. */
export const isJoined = (
  from: PortOfOvs | undefined,
  to: PortOfOvs | undefined,
  joins: Joins = isSameVlan,
): boolean => from !== undefined && from.bridge === to?.bridge && joins(from, to);

const isOpening = (network: Network, port: Port): boolean =>
  isOvsPort(port) ||
  (isCableEnd(port.device) ? peerOf(network, port) === undefined : leadsBeyond(port.device));

/** Whether a link is a port of Open vSwitch, whose flows and VLANs decide. */
const isOvsPort = ({ place, device }: Port): boolean =>
  place.devices.some(({ name, kind }) => kind === OVS_BRIDGE && name === device.master);

/** Returns the links by which packets enter a place: all except ports of bridges. */
export const endpointsOf = ({ ways }: Segment): Port[] =>
  [...ways.values()].flatMap((way) => way.at(-1) ?? []).filter(({ device }) => device.master === undefined);

/** Returns ends of cables that are neither ports of a bridge nor have an address. */
export const looseEndsOf = (segment: Segment): Port[] =>
  endpointsOf(segment).filter(
    ({ device }) => isCableEnd(device) && !device.addresses.some(({ isGlobal }) => isGlobal),
  );
