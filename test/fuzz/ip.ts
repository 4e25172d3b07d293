/** The addresses that programs use: subnet 7 is 10.7.0.0/24 and fd00:7::/64, and so on. */
export type Family = "ipv4" | "ipv6";

export const familyOf = (text: string): Family => (text.includes(":") ? "ipv6" : "ipv4");

/** Host `number` of a subnet. */
export const hostOf = (family: Family, subnet: number, number: number): string =>
  family === "ipv4" ? `10.${subnet}.0.${number}` : `fd00:${subnet}::${number}`;

/** A whole subnet, or one host of it, as the source or destination of packets. */
export function networkOf(family: Family, subnet: number, isWhole = true): string {
  const isV4 = family === "ipv4";
  if (!isWhole) return `${hostOf(family, subnet, 7)}/${isV4 ? 32 : 128}`;
  return isV4 ? `10.${subnet}.0.0/24` : `fd00:${subnet}::/64`;
}

/** The subnet of an address. */
export const subnetOf = (address: string): number => Number(/^(?:10\.|fd00:)(\d+)/.exec(address)?.[1]);

/** Gateways are hosts from 101 on, which no program uses as an address. */
export const FIRST_GATEWAY = 101;

export const everywhere = (family: Family): string => (family === "ipv4" ? "0.0.0.0/0" : "::/0");
