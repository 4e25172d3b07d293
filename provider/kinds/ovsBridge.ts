import { z } from "zod";
import type { Definition, Observed } from "../engine/definition";
import { markOnObject } from "../engine/strategies";
import { macAddress, mtu } from "../fields/common";
import { ovsName } from "../fields/ovs";
import { ip, lookFor, showLink, showLinks } from "../linux/command";
import { isMarkOf } from "../linux/marks/mark";
import { objectName } from "../linux/marks/objectName";
import { hasMark, ownerOf } from "../linux/marks/owner";
import { portsIn } from "../linux/ovs/ports";
import { lists, markIn, markSetting, quoted, vsctl } from "../linux/ovs/vsctl";
import type { Plan } from "../linux/plan";
import { isUp, type Link, parseLink } from "../linux/read/link";
import { entryIn, flagIn, numberIn, parseTables, type Row, wordIn } from "../linux/read/ovsdb";
import { linksIn, memberOf, stackedOn } from "./links/attached";
import { macOf } from "./links/identity";

export const OvsBridgeArgs = z.object({
  name: ovsName,
  datapathType: z
    .enum(["system", "netdev"])
    // Open vSwitch may have others.
    .transform((type): string => type)
    .default("system"),
  mac: macAddress,
  mtu: mtu.optional(),
  failMode: z
    .enum(["standalone", "secure"])
    .transform((mode): string => mode)
    .default("standalone"),
  stp: z.boolean().default(false),
  rstp: z.boolean().default(false),
  up: z.boolean().default(true),
  deleteForeign: z.boolean().optional(),
});

type Args = z.output<typeof OvsBridgeArgs> & { mark: string };

interface Outputs {
  /** Interface index of the bridge's own link. Absent until Open vSwitch creates it. */
  ifindex?: number;
}

interface Reading extends Observed<Args, Outputs> {
  /** The values in the database. Those of `args` are the kernel's. */
  readonly wanted: { readonly mac?: string | undefined; readonly mtu?: number | undefined };
  readonly hasLink: boolean;
}

/**
 * A bridge of Open vSwitch, as `ovs-vsctl add-br` creates it in the host's own namespace, where its daemon runs. See
 * ovs-vsctl(8) and ovs-vswitchd.conf.db(5). Its mark is in `external_ids`.
 */
export const ovsBridge: Definition<Args, Outputs> = {
  kind: "OvsBridge",
  schema: OvsBridgeArgs,
  identity: "name",
  onChange: {
    name: "replace",
    datapathType: "replace",
    mac: "update",
    mtu: "update",
    failMode: "update",
    stp: "update",
    rstp: "update",
    up: "update",
    deleteForeign: "update",
  },

  id: ({ name }) => name,
  place: { name: "name" },
  objectNames: ({ name }) => [objectName("link", undefined, name)],
  defaults: ({ mark }) => ({ mac: macOf(mark) }),

  problems: ({ stp, rstp }) =>
    stp && rstp
      ? [{ property: "rstp", reason: "is true together with `stp`: a bridge runs only one of them" }]
      : [],

  probe: ({ name }) => [
    lists(["Bridge", BRIDGE_COLUMNS, name], ["Interface", "mtu_request", name]),
    showLink(undefined, name),
  ],

  parse([tables, answer], args): Reading | undefined {
    const [[row] = [], [itself] = []] = parseTables(tables);
    const link = parseLink(answer);
    if (row) return observedBridge(row, itself, link, args);
    return link && other(link);
  },

  create: ({ name, datapathType, mac, mtu, failMode, stp, rstp, up, mark }) => [
    vsctl(
      ["add-br", name],
      [
        ...["set", "Bridge", name, `datapath_type=${datapathType}`, `fail_mode=${failMode}`],
        ...[`stp_enable=${stp}`, `rstp_enable=${rstp}`, macSetting(mac), markSetting(mark)],
      ],
      ...(mtu === undefined ? [] : [mtuCommand(name, mtu)]),
    ),
    // Without a datapath there is no link. The look that follows reports the reason.
    lookFor(ip(undefined, "link", "set", "dev", name, up ? "up" : "down")),
  ],

  update({ args: observed, owner, wanted = observed, hasLink = true }: Reading, args) {
    const { name, mac, mtu } = args;
    const settings = [
      ...(observed.failMode === args.failMode ? [] : [`fail_mode=${args.failMode}`]),
      ...(observed.stp === args.stp ? [] : [`stp_enable=${args.stp}`]),
      ...(observed.rstp === args.rstp ? [] : [`rstp_enable=${args.rstp}`]),
      ...(wanted.mac === mac ? [] : [macSetting(mac)]),
      ...(hasMark(owner, args.mark) ? [] : [markSetting(args.mark)]),
    ];
    const commands = [
      ...(settings.length > 0 ? [["set", "Bridge", name, ...settings]] : []),
      ...(wanted.mtu === mtu ? [] : [mtuCommand(name, mtu)]),
    ];
    // Open vSwitch does not revert manual changes of the link.
    const words = [
      ...(observed.mac === mac || wanted.mac !== mac ? [] : ["address", mac]),
      ...(mtu === undefined || observed.mtu === mtu || wanted.mtu !== mtu ? [] : ["mtu", String(mtu)]),
      ...(observed.up === args.up ? [] : [args.up ? "up" : "down"]),
    ];
    return [
      ...(commands.length > 0 ? [vsctl(...commands)] : []),
      ...(words.length > 0 && hasLink ? [ip(undefined, "link", "set", "dev", name, ...words)] : []),
    ];
  },

  *content({ name }) {
    const [tables, answer] = yield [
      lists(["Bridge", "name,ports", name], ["Port", "_uuid,name,external_ids"]),
      showLinks(undefined),
    ];
    const [bridges = [], ports = []] = parseTables(tables);
    // The bridge's own link is also a port of it.
    const others = portsIn(bridges, ports).filter((port) => port.get("name") !== name);
    return {
      links: [
        ...others.map((port) => ({ object: `port ${port.get("name")}`, owner: ownerOf(markIn(port)) })),
        ...stackedOn(linksIn(answer), name).map((link) => memberOf(undefined, link)),
      ],
      places: [{ namespace: undefined, link: name }],
    };
  },

  remove: (_, { name }) => [vsctl(["--if-exists", "del-br", name])],

  pending: ({ hasLink }: Reading, { datapathType }) =>
    hasLink ? [] : [{ property: "datapathType", reason: noLink(datapathType) }],

  ownership: markOnObject(),

  discover: (namespace) => ({
    commands: namespace === undefined ? [lookFor(lists(["Bridge", "name,external_ids"]))] : [],
    find: ([tables]) =>
      parseTables(tables)
        .flat()
        .flatMap((row) => {
          const mark = markIn(row);
          return isMarkOf("OvsBridge", mark) ? [{ name: String(row.get("name")), mark }] : [];
        }),
  }),

  warnings: warnings,
};

const BRIDGE_COLUMNS = "name,datapath_type,fail_mode,stp_enable,rstp_enable,other_config,external_ids";

const macSetting = (mac: string): string => `other_config:hwaddr=${quoted(mac)}`;

const mtuCommand = (name: string, mtu: number | undefined): string[] =>
  mtu === undefined
    ? ["clear", "Interface", name, "mtu_request"]
    : ["set", "Interface", name, `mtu_request=${mtu}`];

function observedBridge(row: Row, itself: Row | undefined, link: Link | undefined, args: Args): Reading {
  const wanted = { mac: entryIn(row, "other_config", "hwaddr"), mtu: numberIn(itself, "mtu_request") };
  // An MTU that nobody asked for follows the ports.
  const isPinned = wanted.mtu !== undefined || args.mtu !== undefined;
  return {
    args: {
      datapathType: wordIn(row, "datapath_type") ?? "system",
      mac: link?.address ?? wanted.mac,
      mtu: isPinned ? (link?.mtu ?? wanted.mtu) : undefined,
      failMode: wordIn(row, "fail_mode") ?? "standalone",
      stp: flagIn(row, "stp_enable"),
      rstp: flagIn(row, "rstp_enable"),
      up: link && isUp(link),
    },
    outputs: link ? { ifindex: link.ifindex } : {},
    owner: ownerOf(markIn(row)),
    wanted,
    hasLink: link !== undefined,
  };
}

/** A link of this name that Open vSwitch does not know. */
const other = ({ linkinfo, ifalias }: Link): Reading => ({
  ...{ args: {}, outputs: {}, owner: ownerOf(ifalias), wanted: {}, hasLink: true },
  incompatible: `is a ${linkinfo?.info_kind ?? "hardware"} link, not a bridge of Open vSwitch`,
});

const noLink = (datapathType: string): string =>
  `is ${datapathType}, for which Open vSwitch has not created a link: ${
    datapathType === "system"
      ? "it needs the kernel module openvswitch (`modprobe openvswitch`); `netdev` does without"
      : "see the log of ovs-vswitchd"
  }`;

/**
 * Warns about lost packets. A veth end leaves checksums to hardware that does not exist, and a userspace datapath must
 * know this.
 */
function* warnings({ name, datapathType }: Args): Plan<readonly string[]> {
  if (datapathType !== "netdev") return [];
  const [tables] = yield [lists(["Open_vSwitch", "other_config"])];
  const [[row] = []] = parseTables(tables);
  if (entryIn(row, "other_config", "userspace-tso-enable") === "true") return [];
  return [
    `${name}: in userspace, TCP and UDP from veth pairs are lost because of their checksums. Run \`ovs-vsctl set Open_vSwitch . other_config:userspace-tso-enable=true\` and restart ovs-vswitchd`,
  ];
}
