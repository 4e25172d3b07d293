import type { Command } from "../command";
import { numberIn, parseTables, type Row, setIn, wordIn, wordsIn } from "../read/ovsdb";
import { lists } from "./vsctl";

/** The looks for `bridgeOf`. */
export const BRIDGES = ["Bridge", "name,ports"] as const;

/** Every link in a port of an Open vSwitch bridge. A bond has several. */
export const showPorts = (): Command =>
  lists(BRIDGES, ["Port", "_uuid,interfaces,tag,trunks,vlan_mode"], ["Interface", "_uuid,name"]);

/** The position of a link on an Open vSwitch bridge. */
export interface PortOfOvs {
  readonly bridge: string;
  /** The VLAN of untagged frames that enter here. Absent if the port drops them. */
  readonly enters?: number | undefined;
  /** The VLAN whose frames leave here untagged. Absent if all leave with a tag. */
  readonly leaves?: number | undefined;
}

/** Returns the ports in the answer by their links. The bridge's own link has the name of the bridge. */
export function parsePorts(text: string | undefined): ReadonlyMap<string, PortOfOvs> {
  const [bridges = [], ports = [], links = []] = parseTables(text);
  const names = new Map(links.map((link) => [uuidOf(link), String(link.get("name"))]));
  return new Map(
    ports.flatMap((port) =>
      wordsIn(port, "interfaces").map(
        (uuid) => [names.get(uuid) ?? "", { bridge: bridgeOf(port, bridges), ...vlansOf(port) }] as const,
      ),
    ),
  );
}

/** Returns the VLANs of untagged frames, by the columns of ovs-vswitchd.conf.db(5). */
function vlansOf(port: Row): Pick<PortOfOvs, "enters" | "leaves"> {
  const tag = numberIn(port, "tag");
  const mode = wordIn(port, "vlan_mode") ?? (tag === undefined ? "trunk" : "access");
  if (mode === "trunk") {
    const trunks = setIn(port, "trunks");
    // Frames without a VLAN belong to VLAN 0.
    return trunks.length === 0 || trunks.includes(0) ? { enters: 0, leaves: 0 } : {};
  }
  return mode === "native-tagged" ? { enters: tag ?? 0 } : { enters: tag ?? 0, leaves: tag ?? 0 };
}

const uuidOf = (row: Row): string => String(row.get("_uuid"));

/** Returns the ports of any of these bridges. */
export const portsIn = (bridges: readonly Row[], ports: readonly Row[]): readonly Row[] => {
  const uuids = new Set(bridges.flatMap((bridge) => wordsIn(bridge, "ports")));
  return ports.filter((port) => uuids.has(uuidOf(port)));
};

/** Returns the bridge of a port, which always has one. */
export const bridgeOf = (port: Row, bridges: readonly Row[]): string =>
  String(bridges.find((bridge) => wordsIn(bridge, "ports").includes(uuidOf(port)))?.get("name"));
