import { Address4, Address6 } from "ip-address";
import { memoized } from "./memo";

export type Family = "ipv4" | "ipv6";

/** A parsed address, with or without a prefix length. */
export interface Ip {
  readonly family: Family;
  /** The address alone, in canonical form. */
  readonly address: string;
  readonly prefix: number;
  /** The first address of its network. */
  readonly start: string;
  /** The number of bits in an address of this family. */
  readonly bits: 32 | 128;
}

/** Parses an address or CIDR. Returns `undefined` for any other text. */
export const parseIp = memoized((text: string): Ip | undefined => {
  if (Address4.isValid(text)) {
    const ip = new Address4(text);
    // Some tools read leading zeros as octal, others as decimal.
    if (/(^|\.)0\d/.test(text)) return undefined;
    return {
      family: "ipv4",
      address: ip.correctForm(),
      prefix: ip.subnetMask,
      start: ip.startAddress().correctForm(),
      bits: 32,
    };
  }
  if (Address6.isValid(text) && !text.includes("%")) {
    const ip = new Address6(text);
    return {
      family: "ipv6",
      address: ip.correctForm(),
      prefix: ip.subnetMask,
      start: ip.startAddress().correctForm(),
      bits: 128,
    };
  }
  return undefined;
});

/** Returns an address printed by a tool in canonical form. Tools print some IPv6 addresses with dots. */
export const canonicalIp = (printed: string): string => parseIp(printed)?.address ?? printed;

/** Returns the family of a checked address or network. A leading `!` is ignored. */
export const familyOf = (checked: string): Family => (checked.includes(":") ? "ipv6" : "ipv4");
