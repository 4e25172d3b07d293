import { z } from "zod";

/** Scopes by their numbers in rtnetlink(7). */
const SCOPES: Readonly<Record<string, string>> = { 0: "global", 253: "link", 254: "host" };

/** One address of a link in the output of `ip -N -j addr show`. */
export const AddressInfo = z.object({
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

export type AddressInfo = z.output<typeof AddressInfo>;
