import { z } from "zod";
import { integer, macAddress, mtu, withoutSign } from "../fields/common";
import { showLinks } from "../linux/command";
import { masterOf, parseLinks } from "../linux/read/link";
import { ownerFields, placeFields, stateFields } from "./links/fields";
import { kindOfLink } from "./links/kindOfLink";
import { flag, hundredths, wholeNumber } from "./links/options";

/**
 * Times in steps of 0.1 seconds. The kernel receives hundredths but counts ticks of up to 4 ms or more, and every
 * kernel stores tenths exactly.
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
  ...placeFields,
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
  ...stateFields,
  ...ownerFields,
});

/** MTU of a new bridge without ports. */
const DEFAULT_MTU = 1500;

/** A virtual switch, as `ip link add type bridge` creates it. See ip-link(8). */
export const bridge = kindOfLink({
  kind: "Bridge",
  schema: BridgeArgs,
  link: {
    type: "bridge",
    frames: "ports",
    kernel: { config: "CONFIG_BRIDGE", isBasic: true },
  },
  options: {
    // The kernel checks the delay first.
    forwardDelay: { word: "forward_delay", form: hundredths, onChange: "update" },
    stp: { word: "stp_state", form: flag, onChange: "update" },
    ageingTime: { word: "ageing_time", form: hundredths, onChange: "update" },
    vlanFiltering: { word: "vlan_filtering", form: flag, onChange: "update" },
    groupFwdMask: { word: "group_fwd_mask", form: wholeNumber, onChange: "update" },
  },
  onChange: { mtu: (_, now) => (now === undefined ? "replace" : "update") },

  problems: ({ stp, forwardDelay }) =>
    stp && forwardDelay < 2
      ? [{ property: "forwardDelay", reason: `is ${forwardDelay}, but spanning tree takes 2 to 30 seconds` }]
      : [],

  // Once an MTU was set, the bridge no longer follows its ports, and nothing shows or undoes that.
  *fresh({ namespace, name, mtu }) {
    if (mtu !== undefined) return {};
    const [answer] = yield [showLinks(namespace)];
    const ports = parseLinks(answer ?? "[]").filter((link) => masterOf(link) === name);
    return { mtu: ports.length === 0 ? DEFAULT_MTU : Math.min(...ports.map((port) => port.mtu)) };
  },

  // A bridge follows its ports until a later change pins its MTU, so creation must not give it the final value.
  wordsBeforeMtu: (mtu) => (mtu === DEFAULT_MTU ? ["mtu", String(mtu - 1)] : []),

  // While spanning tree is on, the kernel refuses a delay below 2.
  setFirst: (observed, asked) => (observed.stp && !asked.stp && asked.forwardDelay < 2 ? { stp: false } : {}),
});
