import { z } from "zod";
import type { Definition, Observed, Some } from "../engine/definition";
import { integer, linkName, macAddress, mtu, namespaceName, withoutSign } from "../fields/common";
import { ip, showLink, showLinks } from "../linux/command";
import { isMarkOf } from "../linux/marks/mark";
import { namespaceClaim, objectName } from "../linux/marks/objectName";
import { incompatible, isUp, type Link, parseLink, parseLinks } from "../linux/read/link";
import { linksIn, memberOf, portsOf, stackedOn } from "./links/attached";
import { birthGroup, isMarked, linkId, macOf, markWords } from "./links/identity";

/**
 * The kernel is told hundredths of a second but counts ticks, often of 4 ms: tenths are what every kernel keeps
 * exactly.
 */
const seconds = (min: number, max: number) =>
  z
    .number()
    .refine((n) => n >= min && n <= max && Math.abs(n - tenths(n)) < 1e-6, {
      error: (issue) => `is ${String(issue.input)}, not a time from ${min} to ${max} seconds in steps of 0.1`,
    })
    .transform(tenths);

const tenths = (n: number): number => withoutSign(Math.round(n * 10) / 10);

export const BridgeArgs = z.object({
  name: linkName,
  namespace: namespaceName.optional(),
  mac: macAddress,
  mtu: mtu.optional(),
  stp: z.boolean().default(false),
  forwardDelay: seconds(0, 30).default(15),
  ageingTime: seconds(0, 1_000_000).default(300),
  vlanFiltering: z.boolean().default(false),
  groupFwdMask: integer(0, 65535)
    .refine(
      (mask) => (mask & 7) === 0,
      "has one of the bits 0 to 2 set: the kernel never forwards STP, pause and LACP frames",
    )
    .default(0),
  up: z.boolean().default(true),
  deleteForeign: z.boolean().optional(),
  adopt: z.boolean().optional(),
});

type Args = z.output<typeof BridgeArgs> & { mark: string };

interface Outputs {
  /** Interface index, unique in its namespace. */
  ifindex: number;
}

interface Reading extends Observed<Args, Outputs> {
  readonly group: string | undefined;
}

/** A virtual switch, as `ip link add type bridge` makes it. See ip-link(8). Its mark is the alias of the link. */
export const bridge: Definition<Args, Outputs> = {
  kind: "Bridge",
  schema: BridgeArgs,
  identity: "name",
  onChange: {
    name: "replace",
    namespace: "replace",
    mac: "update",
    mtu: (_, now) => (now === undefined ? "replace" : "update"),
    stp: "update",
    forwardDelay: "update",
    ageingTime: "update",
    vlanFiltering: "update",
    groupFwdMask: "update",
    up: "update",
    deleteForeign: "update",
    adopt: "update",
  },

  id: ({ namespace, name }) => linkId(namespace, name),
  place: { namespace: "namespace", name: "name" },
  objectNames: ({ namespace, name }) => [objectName("link", namespace, name)],
  needs: ({ namespace }) => namespaceClaim(namespace),
  defaults: ({ mark }) => ({ mac: macOf(mark) }),

  problems: ({ stp, forwardDelay }) =>
    stp && forwardDelay < 2
      ? [{ property: "forwardDelay", reason: `is ${forwardDelay}, but spanning tree takes 2 to 30 seconds` }]
      : [],

  probe: ({ namespace, name }) => [showLink(namespace, name)],

  parse([answer], args): Reading | undefined {
    const link = parseLink(answer);
    if (!link) return undefined;
    const observed = { mac: link.address ?? "", up: isUp(link), ...options(link) };
    const restorable = { ...observed, mtu: link.mtu };
    return {
      // One that nobody asked for follows the ports.
      args: args.mtu === undefined ? observed : restorable,
      restorable,
      outputs: { ifindex: link.ifindex },
      mark: link.ifalias,
      group: link.group,
      incompatible: incompatible(link, "bridge"),
    };
  },

  create: ({ namespace, name, mark, mac, mtu, up, ...rest }) => [
    // One message makes it whole, so that udev and NetworkManager never see it half-made.
    ip(
      namespace,
      ...["link", "add", "name", name, "address", mac, "group", birthGroup(mark)],
      // Only a later change of the MTU pins it: with one told at creation, a bridge goes on to follow its ports.
      ...(mtu === DEFAULT_MTU ? ["mtu", String(mtu - 1)] : []),
      ...["type", "bridge", ...optionWords(DEFAULTS, rest)],
    ),
    ip(
      namespace,
      ...["link", "set", "dev", name, ...markWords(mark, birthGroup(mark))],
      ...(mtu === undefined ? [] : ["mtu", String(mtu)]),
      up ? "up" : "down",
    ),
  ],

  update(observed: Reading, args) {
    const { namespace, name, mark, mac, mtu, up } = args;
    const words = [
      ...(observed.mark === mark ? [] : markWords(mark, observed.group)),
      ...(observed.args.mac === mac ? [] : ["address", mac]),
      ...(mtu === undefined || observed.args.mtu === mtu ? [] : ["mtu", String(mtu)]),
      ...(observed.args.up === up ? [] : [up ? "up" : "down"]),
    ];
    // The kernel looks at the delay first, and refuses one below 2 as long as spanning tree is on.
    const stopsFirst = observed.args.stp && !args.stp && args.forwardDelay < 2;
    const bridgeWords = stopsFirst
      ? [["stp_state", "0"], optionWords({ ...observed.args, stp: false }, args)]
      : [optionWords(observed.args, args)];
    return [
      ...(words.length > 0 ? [ip(namespace, "link", "set", "dev", name, ...words)] : []),
      ...bridgeWords
        .filter((options) => options.length > 0)
        .map((options) => ip(namespace, "link", "set", "dev", name, "type", "bridge", ...options)),
    ];
  },

  *content({ namespace, name }) {
    const [answer] = yield [showLinks(namespace)];
    const links = linksIn(answer);
    const members = [...portsOf(links, name), ...stackedOn(links, name)];
    return {
      links: members.map((link) => memberOf(namespace, link)),
      places: [{ namespace, link: name }],
    };
  },

  remove: (_, { namespace, name }) => [ip(namespace, "link", "del", "dev", name, "type", "bridge")],

  discover: (namespace) => ({
    commands: [showLinks(namespace)],
    find: ([links]) =>
      parseLinks(links ?? "").flatMap(({ ifname: name, ifalias: mark }) =>
        isMarkOf("Bridge", mark) ? { name, namespace, mark } : [],
      ),
  }),

  isOurs: ({ mark: alias, group, args: { mac }, incompatible }: Reading, { mark }) =>
    incompatible === undefined && isMarked({ alias, group, mac }, mark, macOf(mark)),
  marking: ({ namespace, name, mark }) => [ip(namespace, "link", "set", "dev", name, "alias", mark)],
};

type Options = Pick<Args, "stp" | "forwardDelay" | "ageingTime" | "vlanFiltering" | "groupFwdMask">;

/** What the kernel gives a new bridge. */
const DEFAULT_MTU = 1500;
const DEFAULTS: Options = {
  stp: false,
  forwardDelay: 15,
  ageingTime: 300,
  vlanFiltering: false,
  groupFwdMask: 0,
};

/** The words of `ip link … type bridge` for the options that differ; an option a kernel lacks is not mentioned. */
function optionWords(observed: Some<Options>, asked: Options): string[] {
  const flag = (on: boolean) => (on ? "1" : "0");
  const centiseconds = (time: number) => String(Math.round(time * 100));
  return [
    ...(observed.forwardDelay === asked.forwardDelay
      ? []
      : ["forward_delay", centiseconds(asked.forwardDelay)]),
    ...(observed.stp === asked.stp ? [] : ["stp_state", flag(asked.stp)]),
    ...(observed.ageingTime === asked.ageingTime ? [] : ["ageing_time", centiseconds(asked.ageingTime)]),
    ...(observed.vlanFiltering === asked.vlanFiltering ? [] : ["vlan_filtering", flag(asked.vlanFiltering)]),
    ...(observed.groupFwdMask === asked.groupFwdMask ? [] : ["group_fwd_mask", String(asked.groupFwdMask)]),
  ];
}

function options({ linkinfo }: Link): Partial<Options> {
  const data = linkinfo?.info_data ?? {};
  return {
    stp: Number(data["stp_state"]) !== 0,
    forwardDelay: Number(data["forward_delay"]) / 100,
    ageingTime: Number(data["ageing_time"]) / 100,
    vlanFiltering: Number(data["vlan_filtering"]) !== 0,
    groupFwdMask: Number(data["group_fwd_mask"]),
  };
}
