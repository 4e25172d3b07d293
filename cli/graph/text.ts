import { isCableEnd } from "../../provider/trace/network/frames";
import {
  type Device,
  type Network,
  type Place,
  peerOf,
  portName,
} from "../../provider/trace/network/network";
import { table } from "../table";
import { addressesOf, isShown, NAMELESS, stateOf, titleOf } from "./drawing";

const HEADER = ["NAMESPACE", "LINK", "KIND", "STATE", "ADDRESSES", "OTHER END"];

/** Prints a line for each link. Ports follow their bridge. */
export const asText = (network: Network, shown: Network): string =>
  `${table([HEADER, ...shown.flatMap((place) => rowsOf(network, place))])}\n`;

function rowsOf(network: Network, place: Place): string[][] {
  const title = titleOf(place);
  const links = place.devices.filter(isShown);
  if (links.length === 0) return [[title, "-", "", "", "", ""]];
  return inOrder(links).map(({ device, depth }) => [
    title,
    `${"  ".repeat(depth)}${device.name}`,
    device.kind,
    stateOf(device),
    addressesOf(device).join(", "),
    otherEnd(network, place, device),
  ]);
}

/** Returns each link, followed by its ports. */
function inOrder(links: readonly Device[], master?: Device, depth = 0): { device: Device; depth: number }[] {
  const isHere = (device: Device): boolean =>
    master ? device.master === master.name : !links.some(({ name }) => name === device.master);
  return links.filter(isHere).flatMap((device) => [{ device, depth }, ...inOrder(links, device, depth + 1)]);
}

function otherEnd(network: Network, place: Place, device: Device): string {
  if (!isCableEnd(device)) return "";
  const peer = peerOf(network, { place, device });
  return peer ? portName(peer) : `in ${NAMELESS}`;
}
