import { z } from "zod";
import { parseJson } from "../json";

/** Scopes by their numbers in rtnetlink(7). */
const SCOPES: Readonly<Record<string, string>> = { 0: "global", 253: "link", 254: "host" };

const AddressInfo = z.object({
  family: z.enum(["inet", "inet6"]),
  local: z.string(),
  /** The address of the far end, if one was given. */
  address: z.string().optional(),
  prefixlen: z.number(),
  scope: z.string().transform((number) => SCOPES[number] ?? number),
  secondary: z.boolean().optional(),
  nodad: z.boolean().optional(),
  /** Duplicate address detection (RFC 4862) is running, or has found another host with the address. */
  tentative: z.boolean().optional(),
  dadfailed: z.boolean().optional(),
});

const LinkAddresses = z.object({
  ifname: z.string(),
  ifalias: z.string().optional(),
  operstate: z.string().optional(),
  addr_info: z.array(AddressInfo),
});

/** One address in the output of `ip -N -j addr show`. */
export type AddressInfo = z.output<typeof AddressInfo>;

/** Parses the output of `ip -N -j -d addr show`. */
export const parseAllAddresses = (text: string) => parseJson(z.array(LinkAddresses), text);

/** Parses the output of `ip -N -j -d addr show dev NAME`. Returns `undefined` if the link does not exist. */
export const parseAddresses = (text: string | undefined) =>
  text === undefined ? undefined : parseAllAddresses(text)[0];

const LocalRoutes = z.array(z.object({ dev: z.string().optional() }));

/** Returns the links with an address, from the output of `ip -j route show table local exact ADDRESS`. */
export const parseLocalLinks = (text: string | undefined): string[] =>
  parseJson(LocalRoutes, text ?? "").flatMap(({ dev }) => dev ?? []);
