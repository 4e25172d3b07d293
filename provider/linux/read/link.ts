import { z } from "zod";
import { parseJson } from "../json";

const Link = z.object({
  ifindex: z.number(),
  /** The other end of a veth, as an index in that end's namespace. */
  link_index: z.number().optional(),
  /** The namespace of the other end, as numbered by this one. Absent if both ends are in the same namespace. */
  link_netnsid: z.number().optional(),
  ifname: z.string(),
  /** The name of the other end of a cable in the same namespace. `null` for a tunnel that is not bound to a link. */
  link: z.string().nullish(),
  ifalias: z.string().optional(),
  flags: z.array(z.string()),
  /** The index of the link. */
  group: z.string().optional(),
  /** Whether packets pass (RFC 2863). */
  operstate: z.string().optional(),
  mtu: z.number(),
  /**
   * The link that this one is a port of. The Open vSwitch kernel module attaches all ports to one link of its own, whatever
   * their bridge.
   */
  master: z
    .string()
    .transform((name) => (name === "ovs-system" ? undefined : name))
    .optional(),
  address: z.string().optional(),
  /** The number of users that requested promiscuous mode. */
  promiscuity: z.number().optional(),
  linkinfo: z
    .object({ info_kind: z.string().optional(), info_data: z.record(z.string(), z.unknown()).optional() })
    .optional(),
});

/** A link in the output of `ip -N -j -d addr show`. */
export type Link = z.output<typeof Link>;

/** Parses the output of `ip -N -j -d addr show`. */
export const parseLinks = (text: string): Link[] => parseJson(z.array(Link), text);

/** Parses the output of `ip -N -j -d addr show dev NAME`. Returns `undefined` if the link does not exist. */
export const parseLink = (text: string | undefined): Link | undefined =>
  text === undefined ? undefined : parseLinks(text)[0];

export const isUp = (link: Link): boolean => link.flags.includes("UP");

/** Why a link is not of this kind, or `undefined` if it is. */
export const incompatible = ({ linkinfo }: Link, kind: string): string | undefined =>
  linkinfo?.info_kind === kind ? undefined : `is a ${linkinfo?.info_kind ?? "hardware"} link, not a ${kind}`;
