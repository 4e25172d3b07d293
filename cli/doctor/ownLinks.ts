import { parseMark } from "../../provider/linux/marks/mark";
import { isSwitch } from "../../provider/trace/network/frames";
import type { Device } from "../../provider/trace/network/network";
import type { HostFacts } from "./facts";

/**
 * The links of the host with a mark of this package. `doctor` proposes how other programs ignore them or accept their
 * packets.
 */

export const hostDevices = ({ network }: HostFacts): readonly Device[] =>
  network.find(({ name }) => name === undefined)?.devices ?? [];

export const ownDevices = (facts: HostFacts): readonly Device[] =>
  hostDevices(facts).filter(({ alias }) => parseMark(alias ?? ""));

/** Whether the host routes by a link, which is not a port of a bridge. */
export const isRouted = ({ master }: Device): boolean => master === undefined;

/** Returns the names of all own links, or placeholders. */
export function ownLinks(facts: HostFacts): string[] {
  const own = ownDevices(facts).map(({ name }) => name);
  return own.length > 0 ? own : ["BRIDGE", "VETH"];
}

/** Returns the names of own links by which the host routes, or a placeholder. */
export function routedLinks(facts: HostFacts): string[] {
  const own = ownDevices(facts).filter(isRouted);
  return own.length > 0 ? own.map(({ name }) => name) : ["BRIDGE"];
}

/** Returns the names of own bridges, or a placeholder. */
export function ownBridges(facts: HostFacts): string[] {
  const own = ownDevices(facts).filter(isSwitch);
  return own.length > 0 ? own.map(({ name }) => name) : ["BRIDGE"];
}
