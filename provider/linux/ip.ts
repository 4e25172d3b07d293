import { Address4, Address6 } from "ip-address";
import { memoized } from "./memo";

export type Family = "ipv4" | "ipv6";

/** A parsed address, with or without a prefix length. */
export interface Ip {
  readonly family: Family;
  /** The address alone, canonical. */
  readonly address: string;
  readonly prefix: number;
  /** The first address of its network. */
  readonly start: string;
  /** Bits of an address of this family. */
  readonly bits: 32 | 128;
}

/** The parts of an address or CIDR, or `undefined` where it is none. */
export const parseIp = memoized((text: string): Ip | undefined => {
  if (Address4.isValid(text)) {
    const ip = new Address4(text);
    // Leading zeros read as octal in some tools and as decimal in others.
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

/** An address that a tool printed, in the form of the arguments: some IPv6 addresses are printed with dots. */
export const canonicalIp = (printed: string): string => parseIp(printed)?.address ?? printed;

/** The family of an address or network that has been checked; a leading `!` is passed over. */
export const familyOf = (checked: string): Family => (checked.includes(":") ? "ipv6" : "ipv4");
