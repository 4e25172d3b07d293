import { z } from "zod";
import { parseJson } from "../json";
import { AddressInfo } from "./address";

const Link = z.object({
  ifindex: z.number(),
  /** The index of the other end of a veth, in that end's own namespace. */
  link_index: z.number().optional(),
  /** The id that this namespace has for the namespace of the other end. Absent if both are in the same one. */
  link_netnsid: z.number().optional(),
  ifname: z.string(),
  /** The name of the other end of a veth in the same namespace. `null` for a tunnel that is bound to no link. */
  link: z.string().nullish(),
  ifalias: z.string().optional(),
  flags: z.array(z.string()),
  /** The group, as a number. */
  group: z.string().optional(),
  /** Whether packets pass (RFC 2863). */
  operstate: z.string().optional(),
  mtu: z.number(),
  /** The link that this one is a port of. See `masterOf`. */
  master: z.string().optional(),
  address: z.string().optional(),
  /** The number of listeners that have asked for all packets. */
  promiscuity: z.number().optional(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_data: z.record(z.string(), z.unknown()).optional(),
      /** The state of a bridge port, as spanning tree has it. */
      info_slave_data: z.looseObject({ state: z.string().optional() }).optional(),
    })
    .optional(),
  addr_info: z.array(AddressInfo).default([]),
});

/** A link with its addresses in the output of `ip -N -j -d addr show`. */
export type Link = z.output<typeof Link>;

/** Parses the output of `ip -N -j -d addr show`. */
export const parseLinks = (text: string): Link[] => parseJson(z.array(Link), text);

/** Parses the output of `ip -N -j -d addr show dev NAME`. Returns `undefined` if the link does not exist. */
export const parseLink = (text: string | undefined): Link | undefined =>
  text === undefined ? undefined : parseLinks(text)[0];

export const isUp = (link: Link): boolean => link.flags.includes("UP");

/**
 * Returns the link that a port belongs to. The kernel module of Open vSwitch puts all ports below a link of its own, which
 * says nothing about their bridges.
 */
export const masterOf = ({ master }: Link): string | undefined =>
  master === "ovs-system" ? undefined : master;

/** Whether a link is one end of a veth. Its `link` is then the other end, and not a link below. */
export const isCableEnd = ({ linkinfo }: Link): boolean => linkinfo?.info_kind === "veth";

/** Returns why a link is not one of `kind`, or `undefined` if it is. */
export const incompatible = ({ linkinfo }: Link, kind: string): string | undefined =>
  linkinfo?.info_kind === kind ? undefined : `is a ${linkinfo?.info_kind ?? "hardware"} link, not a ${kind}`;
