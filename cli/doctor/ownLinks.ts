import { parseMark } from "../../provider/mark";
import type { Device } from "../../provider/trace/network";
import type { HostFacts } from "./facts";

/** The links of the host that carry a mark of ours, which is what others are told to leave alone or to let through. */

export const ownDevices = ({ network }: HostFacts): readonly Device[] =>
  network
    .filter(({ name }) => name === undefined)
    .flatMap(({ devices }) => devices.filter(({ alias }) => parseMark(alias ?? "")));

/** All of them; placeholders where there are none. */
export function ownLinks(facts: HostFacts): string[] {
  const own = ownDevices(facts).map(({ name }) => name);
  return own.length > 0 ? own : ["BRIDGE", "VETH"];
}

/** Those by which the host forwards: ports of bridges are not. */
export function routedLinks(facts: HostFacts): string[] {
  const own = ownDevices(facts).filter(({ master }) => master === undefined);
  return own.length > 0 ? own.map(({ name }) => name) : ["BRIDGE"];
}

/** Bridges among them. */
export function ownBridges(facts: HostFacts): string[] {
  const own = ownDevices(facts).filter(({ kind }) => kind === "bridge");
  return own.length > 0 ? own.map(({ name }) => name) : ["BRIDGE"];
}
