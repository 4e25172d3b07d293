import type { Command } from "../command";
import { parseTables, type Row, wordsIn } from "../parse/ovsdb";
import { lists } from "./vsctl";

/** Every port of every bridge of Open vSwitch. */
export const showPorts = (): Command => lists(["Bridge", "name,ports"], ["Port", "_uuid,name"]);

/** The bridges in the answer by their ports; each bridge is a port of itself. */
export function parsePorts(text: string | undefined): ReadonlyMap<string, string> {
  const [bridges = [], ports = []] = parseTables(text);
  return new Map(ports.map((port) => [String(port.get("name")), bridgeOf(port, bridges)]));
}

/** The bridge that has this port; there is always one. */
export const bridgeOf = (port: Row, bridges: readonly Row[]): string =>
  String(bridges.find((bridge) => wordsIn(bridge, "ports").includes(String(port.get("_uuid"))))?.get("name"));
