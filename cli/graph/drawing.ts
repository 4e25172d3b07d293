import { isCableEnd, isSwitch } from "../../provider/trace/network/frames";
import {
  addressName,
  type Device,
  type Network,
  OVS_BRIDGE,
  type Place,
  type Port,
  peerOf,
  portName,
  portsOf,
} from "../../provider/trace/network/network";

/** A drawing, independent of the program that renders it. */
export interface Drawing {
  /** One box per namespace. */
  readonly boxes: readonly Box[];
  /** Ends of cables that lead out of the drawing. */
  readonly outside: readonly Point[];
  readonly lines: readonly Line[];
}

interface Box {
  readonly title: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly id: string;
  readonly isBridge: boolean;
  /** One text per line. */
  readonly text: readonly string[];
}

export interface Line {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** A namespace without a name, such as a container's. */
export const NAMELESS = "a namespace without a name";

export function drawingOf(network: Network, shown: Network): Drawing {
  const ports = shown.flatMap(portsOf).filter(({ device }) => isShown(device));
  const cables = ports.flatMap((port) => cableFrom(network, shown, port));
  return {
    boxes: shown.map((place) => ({ title: titleOf(place), points: pointsOf(network, place) })),
    outside: cables.flatMap(({ port, far, beyond }) =>
      far ? [] : [{ id: outsideId(network, port), isBridge: false, text: [beyond] }],
    ),
    lines: [
      ...cables.map((cable) => lineOf(network, cable)),
      ...ports.flatMap((port) => entry(network, port)),
    ],
  };
}

/** Every namespace has a loopback link. It is shown only with addresses that others can reach. */
export const isShown = ({ kind, addresses }: Device): boolean =>
  kind !== "loopback" || addresses.some(({ isGlobal }) => isGlobal);

export const stateOf = ({ isUp, hasCarrier }: Device): string =>
  isUp ? (hasCarrier ? "up" : "no carrier") : "down";

export const titleOf = ({ name }: Place): string => name ?? "host";

/** Returns the addresses that others can reach. */
export const addressesOf = ({ addresses }: Device): string[] =>
  addresses.filter(({ isGlobal }) => isGlobal).map(addressName);

function pointsOf(network: Network, place: Place): Point[] {
  const points = portsOf(place)
    .filter((port) => isShown(port.device) && bridgeOf(port) === undefined)
    .map((port) => ({
      id: idOf(network, port),
      isBridge: isBridge(port.device),
      text: [nameOf(port.device), ...addressesOf(port.device)],
    }));
  const nothing = { id: `${placeId(network, place)}none`, isBridge: false, text: ["no links"] };
  return points.length > 0 ? points : [nothing];
}

const nameOf = (device: Device): string => {
  const state = stateOf(device);
  const remarks = [...(isCableEnd(device) ? [] : [device.kind]), ...(state === "up" ? [] : [state])];
  return remarks.length === 0 ? device.name : `${device.name} (${remarks.join(", ")})`;
};

const isBridge = (device: Device): boolean => isSwitch(device) || device.kind === OVS_BRIDGE;

/**
 * Returns the bridge of a cable end that is only a port. The cable starts at the bridge, and carries the port's name.
 */
const bridgeOf = ({ place, device }: Port): Device | undefined =>
  isCableEnd(device) && addressesOf(device).length === 0
    ? place.devices.find((other) => isBridge(other) && other.name === device.master)
    : undefined;

interface Cable {
  readonly port: Port;
  /** Returns the other end if it is shown. */
  readonly far: Port | undefined;
  /** Returns the name of the other end if it is not shown. */
  readonly beyond: string;
}

/** Returns the cable that starts here. A cable with two visible ends starts at the first. */
function cableFrom(network: Network, shown: Network, port: Port): Cable[] {
  if (!isCableEnd(port.device)) return [];
  const peer = peerOf(network, port);
  const beyond = peer ? portName(peer) : NAMELESS;
  if (!peer || !shown.includes(peer.place)) return [{ port, far: undefined, beyond }];
  const [own, other] = [shown.indexOf(port.place), shown.indexOf(peer.place)];
  const isFirst = own < other || (own === other && port.device.index < peer.device.index);
  return isFirst ? [{ port, far: peer, beyond }] : [];
}

function lineOf(network: Network, { port, far }: Cable): Line {
  return {
    from: endId(network, port),
    to: far ? endId(network, far) : outsideId(network, port),
    text: [port, far].flatMap((end) => (end && bridgeOf(end) ? nameOf(end.device) : [])).join(" - "),
  };
}

/** Draws the line from a port to its bridge, if the port is a point of its own. */
function entry(network: Network, port: Port): Line[] {
  const { place, device } = port;
  const master = place.devices.find(({ name }) => name === device.master);
  if (!master || bridgeOf(port)) return [];
  return [{ from: idOf(network, port), to: idOf(network, { place, device: master }), text: "" }];
}

const endId = (network: Network, port: Port): string =>
  idOf(network, { place: port.place, device: bridgeOf(port) ?? port.device });

/** Uses positions in lists as ids. Indexes of the kernel vary, and drawings are compared. */
const idOf = (network: Network, { place, device }: Port): string =>
  `${placeId(network, place)}l${place.devices.indexOf(device)}`;

const outsideId = (network: Network, port: Port): string => `${idOf(network, port)}far`;

const placeId = (network: Network, place: Place): string => `n${network.indexOf(place)}`;
