import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Definition, Observed, Problem } from "../engine/definition";
import { markOnObject } from "../engine/strategies";
import { hasUnknown, UNKNOWN } from "../engine/unknown";
import { integer } from "../fields/common";
import { ovsName } from "../fields/ovs";
import { type Command, lookFor, showLink } from "../linux/command";
import { isMarkOf } from "../linux/marks/mark";
import { objectName } from "../linux/marks/objectName";
import { hasMark, ownerOf } from "../linux/marks/owner";
import { BRIDGES, bridgeOf } from "../linux/ovs/ports";
import { lists, markIn, markSetting, vsctl } from "../linux/ovs/vsctl";
import { type Link, masterOf, parseLink } from "../linux/read/link";
import { numberIn, parseTables, type Row, setIn, wordIn, wordsIn } from "../linux/read/ovsdb";

const vlan = integer(1, 4094);

export const OvsPortArgs = z.object({
  bridge: ovsName,
  interface: ovsName,
  tag: vlan.optional(),
  trunks: z
    .array(vlan)
    .min(1, "is empty: leave it out for all VLANs")
    .transform((vlans) => [...new Set(vlans)].sort((a, b) => a - b))
    .optional(),
  vlanMode: z
    .enum(["access", "trunk", "native-tagged", "native-untagged"])
    // Open vSwitch has others.
    .transform((mode): string => mode)
    .optional(),
});

type Args = z.output<typeof OvsPortArgs> & { mark: string };

interface Outputs {
  /** Its number in OpenFlow. Absent while Open vSwitch has no such link. */
  ofport?: number;
}

interface Reading extends Observed<Args, Outputs> {
  /** The error that Open vSwitch reports for a link that it cannot use. */
  readonly error: string | undefined;
}

/**
 * A link of the host as a port of an Open vSwitch bridge, as `ovs-vsctl add-port` creates it. See ovs-vsctl(8) and
 * ovs-vswitchd.conf.db(5). Its mark is in `external_ids`.
 */
export const ovsPort: Definition<Args, Outputs> = {
  kind: "OvsPort",
  schema: OvsPortArgs,
  identity: "interface",
  onChange: {
    bridge: "replace",
    interface: "replace",
    tag: "update",
    trunks: "update",
    vlanMode: "update",
  },

  id: (args) => `${args.bridge}/${args.interface}`,
  // A link is a port of at most one bridge.
  place: { name: "interface", key: (args) => args.interface },
  objectNames: (args) => [objectName("port of Open vSwitch", undefined, args.interface)],
  needs: (args) => [
    objectName("link", undefined, args.bridge),
    objectName("link", undefined, args.interface),
  ],

  defaults: ({ tag }) => ({ vlanMode: hasUnknown(tag) ? UNKNOWN : tag === undefined ? "trunk" : "access" }),
  problems: vlanProblems,

  probe: ({ interface: link }) => [
    lists(BRIDGES, ["Port", PORT_COLUMNS, link], ["Interface", "error,ofport", link]),
    showLink(undefined, link),
  ],

  parse([tables, answer]): Reading | undefined {
    const [bridges = [], [row] = [], [itself] = []] = parseTables(tables);
    if (!row) return undefined;
    const ofport = numberIn(itself, "ofport");
    const isBond = wordsIn(row, "interfaces").length !== 1;
    return {
      args: { bridge: isTaken(parseLink(answer)) ? bridgeOf(row, bridges) : undefined, ...vlans(row) },
      outputs: ofport === undefined || ofport < 0 ? {} : { ofport },
      owner: ownerOf(markIn(row)),
      incompatible: isBond ? "is a bond of several links, not a port with one" : undefined,
      error: wordIn(itself, "error"),
    };
  },

  create: (args) => [addition(args)],

  update({ args: observed, owner }, args) {
    // In one transaction the port would stay where it is.
    if (observed.bridge !== args.bridge) return [deletion(args), addition(args)];
    const settings = [
      ...vlanSettings(observed, args),
      ...(hasMark(owner, args.mark) ? [] : [markSetting(args.mark)]),
    ];
    return settings.length > 0 ? [vsctl(["set", "Port", args.interface, ...settings])] : [];
  },

  remove: (_, args) => [deletion(args)],

  pending: ({ error }: Reading) =>
    error === undefined ? [] : [{ property: "interface", reason: `Open vSwitch says: ${error}` }],

  ownership: markOnObject(),

  discover: (namespace) => ({
    commands: namespace === undefined ? [lookFor(lists(BRIDGES, ["Port", PORT_COLUMNS]))] : [],
    find([tables]) {
      const [bridges = [], ports = []] = parseTables(tables);
      return ports.flatMap((row) => {
        const mark = markIn(row);
        if (!isMarkOf("OvsPort", mark)) return [];
        return [{ bridge: bridgeOf(row, bridges), interface: String(row.get("name")), mark }];
      });
    },
  }),
};

const PORT_COLUMNS = "_uuid,name,tag,trunks,vlan_mode,interfaces,external_ids";

/**
 * Whether Open vSwitch receives the packets of a link. It then sets the link to promiscuous mode, as a Linux bridge
 * does. In userspace it keeps listening to a deleted link, even if another one has its name.
 */
const isTaken = (link: Link | undefined): boolean =>
  link !== undefined && masterOf(link) === undefined && (link.promiscuity ?? 0) > 0;

const addition = (args: Args): Command =>
  vsctl(
    ["add-port", args.bridge, args.interface],
    ["set", "Port", args.interface, ...vlanSettings({}, args), markSetting(args.mark)],
  );

const deletion = ({ interface: link }: Args): Command => vsctl(["--if-exists", "del-port", link]);

type Vlans = Pick<Args, "tag" | "trunks" | "vlanMode">;

function vlans(row: Row): Vlans {
  const tag = numberIn(row, "tag");
  const trunks = setIn(row, "trunks")
    .map(Number)
    .sort((a, b) => a - b);
  const vlanMode = wordIn(row, "vlan_mode") ?? (tag === undefined ? "trunk" : "access");
  return { tag, trunks: trunks.length === 0 ? undefined : trunks, vlanMode };
}

/** Returns the settings that differ. An empty set removes a value. */
const vlanSettings = (observed: Partial<Vlans>, { tag, trunks, vlanMode }: Vlans): string[] => [
  ...(observed.tag === tag ? [] : [`tag=${tag ?? "[]"}`]),
  ...(isDeepStrictEqual(observed.trunks, trunks) ? [] : [`trunks=[${(trunks ?? []).join(",")}]`]),
  ...(observed.vlanMode === vlanMode ? [] : [`vlan_mode=${vlanMode}`]),
];

function vlanProblems({ tag, trunks, vlanMode }: Args): Problem[] {
  const problems: Problem[] = [];
  if (vlanMode === "trunk" && tag !== undefined) {
    const reason = `is ${tag}, but on a \`trunk\` frames carry their VLAN: leave it out, or set \`native-untagged\` for frames without one`;
    problems.push({ property: "tag", reason });
  }
  if (vlanMode !== "trunk" && tag === undefined) {
    problems.push({ property: "tag", reason: `is required with \`vlanMode\` \`${vlanMode}\`` });
  }
  if (vlanMode === "access" && trunks !== undefined) {
    const reason = "has no meaning for an `access` port, which is in one VLAN: leave it out";
    problems.push({ property: "trunks", reason });
  }
  return problems;
}
