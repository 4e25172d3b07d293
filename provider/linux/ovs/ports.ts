import type { Command } from "../command";
import { numberIn, parseTables, type Row, setIn, wordIn, wordsIn } from "../read/ovsdb";
import { lists } from "./vsctl";

/** What `bridgeOf` looks at. */
export const BRIDGES = ["Bridge", "name,ports"] as const;

/** Every link that is in a port of a bridge of Open vSwitch: a bond has several. */
export const showPorts = (): Command =>
  lists(BRIDGES, ["Port", "_uuid,interfaces,tag,trunks,vlan_mode"], ["Interface", "_uuid,name"]);

/** A link's place on a bridge of Open vSwitch. */
export interface PortOfOvs {
  readonly bridge: string;
  /** VLAN that frames without a tag belong to when they enter here; absent where the port drops them. */
  readonly enters?: number | undefined;
  /** VLAN whose frames leave here without a tag; absent where all leave with one. */
  readonly leaves?: number | undefined;
}

/** The ports in the answer by their links; the bridge's own link has its name. */
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

/** VLANs of frames without a tag, by the columns of ovs-vswitchd.conf.db(5). */
function vlansOf(port: Row): Pick<PortOfOvs, "enters" | "leaves"> {
  const tag = numberIn(port, "tag");
  const mode = wordIn(port, "vlan_mode") ?? (tag === undefined ? "trunk" : "access");
  if (mode === "trunk") {
    const trunks = setIn(port, "trunks");
    // Frames of no VLAN count as those of VLAN 0.
    return trunks.length === 0 || trunks.includes(0) ? { enters: 0, leaves: 0 } : {};
  }
  return mode === "native-tagged" ? { enters: tag ?? 0 } : { enters: tag ?? 0, leaves: tag ?? 0 };
}

const uuidOf = (row: Row): string => String(row.get("_uuid"));

/** The ports that any of these bridges has. */
export const portsIn = (bridges: readonly Row[], ports: readonly Row[]): readonly Row[] => {
  const uuids = new Set(bridges.flatMap((bridge) => wordsIn(bridge, "ports")));
  return ports.filter((port) => uuids.has(uuidOf(port)));
};

/** The bridge that has this port; there is always one. */
export const bridgeOf = (port: Row, bridges: readonly Row[]): string =>
  String(bridges.find((bridge) => wordsIn(bridge, "ports").includes(uuidOf(port)))?.get("name"));
