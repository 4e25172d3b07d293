import type { Command } from "../command";
import { parseTables, type Row, wordsIn } from "../parse/ovsdb";
import { lists } from "./vsctl";

/** What `bridgeOf` looks at. */
export const BRIDGES = ["Bridge", "name,ports"] as const;

/** Every link that is in a port of a bridge of Open vSwitch: a bond has several. */
export const showPorts = (): Command =>
  lists(BRIDGES, ["Port", "_uuid,interfaces"], ["Interface", "_uuid,name"]);

/** The bridges in the answer by their links; the bridge's own link has its name. */
export function parsePorts(text: string | undefined): ReadonlyMap<string, string> {
  const [bridges = [], ports = [], links = []] = parseTables(text);
  const names = new Map(links.map((link) => [uuidOf(link), String(link.get("name"))]));
  return new Map(
    ports.flatMap((port) =>
      wordsIn(port, "interfaces").map((uuid) => [names.get(uuid) ?? "", bridgeOf(port, bridges)] as const),
    ),
  );
}

const uuidOf = (row: Row): string => String(row.get("_uuid"));

/** The bridge that has this port; there is always one. */
export const bridgeOf = (port: Row, bridges: readonly Row[]): string =>
  String(bridges.find((bridge) => wordsIn(bridge, "ports").includes(uuidOf(port)))?.get("name"));
