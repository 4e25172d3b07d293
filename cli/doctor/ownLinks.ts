import { parseMark } from "../../provider/linux/marks/mark";
import { isSwitch } from "../../provider/trace/network/frames";
import type { Device } from "../../provider/trace/network/network";
import type { HostFacts } from "./facts";

/** The links of the host that carry a mark of ours: `doctor` proposes how other programs leave them alone, or accept their packets. */

export const hostDevices = ({ network }: HostFacts): readonly Device[] =>
  network.find(({ name }) => name === undefined)?.devices ?? [];

export const ownDevices = (facts: HostFacts): readonly Device[] =>
  hostDevices(facts).filter(({ alias }) => parseMark(alias ?? ""));

/** Whether the host forwards by a link: not by the ports of a bridge. */
export const isRouted = ({ master }: Device): boolean => master === undefined;

/** All of them; placeholders where there are none. */
export function ownLinks(facts: HostFacts): string[] {
  const own = ownDevices(facts).map(({ name }) => name);
  return own.length > 0 ? own : ["BRIDGE", "VETH"];
}

/** Those by which the host forwards. */
export function routedLinks(facts: HostFacts): string[] {
  const own = ownDevices(facts).filter(isRouted);
  return own.length > 0 ? own.map(({ name }) => name) : ["BRIDGE"];
}

/** Bridges among them. */
export function ownBridges(facts: HostFacts): string[] {
  const own = ownDevices(facts).filter(isSwitch);
  return own.length > 0 ? own.map(({ name }) => name) : ["BRIDGE"];
}
