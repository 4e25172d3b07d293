import { z } from "zod";
import { parseJson } from "../json";

const Link = z.object({
  ifindex: z.number(),
  /** Of the other end of a veth; an index in that end's own namespace. */
  link_index: z.number().optional(),
  /** The namespace of the other end, as this one numbers them; absent when both are in the same. */
  link_netnsid: z.number().optional(),
  ifname: z.string(),
  /** The name of the other end of a cable, where that is in the same namespace; a tunnel that is bound to no link has `null`. */
  link: z.string().nullish(),
  ifalias: z.string().optional(),
  flags: z.array(z.string()),
  /** Its number. */
  group: z.string().optional(),
  /** Whether packets pass (RFC 2863). */
  operstate: z.string().optional(),
  mtu: z.number(),
  /**
   * What it is a port of. The kernel module of Open vSwitch puts all ports below a link of its own, which says nothing of
   * their bridges.
   */
  master: z
    .string()
    .transform((name) => (name === "ovs-system" ? undefined : name))
    .optional(),
  address: z.string().optional(),
  /** How many have asked for all packets that come by. */
  promiscuity: z.number().optional(),
  linkinfo: z
    .object({ info_kind: z.string().optional(), info_data: z.record(z.string(), z.unknown()).optional() })
    .optional(),
});

/** A link as `ip -N -j -d addr show` tells it. */
export type Link = z.output<typeof Link>;

/** The answer to `ip -N -j -d addr show`. */
export const parseLinks = (text: string): Link[] => parseJson(z.array(Link), text);

/** The answer to `ip -N -j -d addr show dev NAME`; `undefined` where there is none. */
export const parseLink = (text: string | undefined): Link | undefined =>
  text === undefined ? undefined : parseLinks(text)[0];

export const isUp = (link: Link): boolean => link.flags.includes("UP");

/** Whether a link is one end of a cable: its `link` is then the other end, and not a link below. */
export const isCableEnd = ({ linkinfo }: Link): boolean => linkinfo?.info_kind === "veth";

/** Why a link cannot be taken for one of `kind`; `undefined` where it can. */
export const incompatible = ({ linkinfo }: Link, kind: string): string | undefined =>
  linkinfo?.info_kind === kind ? undefined : `is a ${linkinfo?.info_kind ?? "hardware"} link, not a ${kind}`;
