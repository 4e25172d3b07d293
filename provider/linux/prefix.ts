import { Address4, Address6 } from "ip-address";
import { canonicalIp, type Family, familyOf, parseIp } from "./ip";

/** Whether `network` (`10.0.0.0/8`, or an address with a prefix length) covers `address`. */
export function covers(network: string, address: string): boolean {
  if (familyOf(network) !== familyOf(address)) return false;
  return familyOf(network) === "ipv4"
    ? new Address4(address).isInSubnet(new Address4(network))
    : new Address6(address).isInSubnet(new Address6(network));
}

/** Returns the network of an address with a prefix length: `10.1.0.7/24` is in `10.1.0.0/24`. */
export function networkOf(address: string): string {
  const parsed = parseIp(address);
  return parsed ? `${parsed.start}/${parsed.prefix}` : address;
}

/** Whether an address is the last of a network, which is the broadcast address in IPv4. */
export const isLastOf = (network: string, address: string): boolean =>
  new Address4(network).endAddress().correctForm() === address;

/**
 * Returns the broadcast address of the network of a checked address. Networks of one or two addresses have none, nor does
 * IPv6.
 */
export function broadcastOf(address: string): string | undefined {
  const ip = parseIp(address);
  return ip?.family === "ipv4" && ip.bits - ip.prefix >= 2
    ? new Address4(`${ip.start}/${ip.prefix}`).endAddress().correctForm()
    : undefined;
}

/** Maps an address to the one at the same position in a network: `10.1.1.7` to `192.168.2.7` in `192.168.2.0/24`. */
export function mappedInto(network: string, address: string): string | undefined {
  const [start, own] = [parseIp(network), numberOf(address)];
  if (!start || own === undefined || start.family !== familyOf(address)) return undefined;
  const hosts = (1n << BigInt(bitsOf(start.family) - start.prefix)) - 1n;
  const mapped = ((numberOf(start.address) ?? 0n) & ~hosts) | (own & hosts);
  return canonicalIp(
    (start.family === "ipv4" ? Address4.fromBigInt(mapped) : Address6.fromBigInt(mapped)).address,
  );
}

export const bitsOf = (family: Family): number => (family === "ipv4" ? 32 : 128);

/** Returns the longest common prefix of two addresses, limited to the usual length of a network. */
export function sharedPrefix(address: string, other: string): number {
  const usual = familyOf(address) === "ipv4" ? 24 : 64;
  for (let prefix = usual; prefix > 0; prefix--) if (covers(`${address}/${prefix}`, other)) return prefix;
  return 0;
}

/** Whether an address is between two others, inclusive. */
export function isBetween(address: string, from: string, to: string): boolean {
  const [low, value, high] = [from, address, to].map(numberOf);
  if (low === undefined || value === undefined || high === undefined) return false;
  return familyOf(address) === familyOf(from) && low <= value && value <= high;
}

function numberOf(address: string): bigint | undefined {
  const ip = parseIp(address);
  if (!ip) return undefined;
  return (ip.family === "ipv4" ? new Address4(ip.address) : new Address6(ip.address)).bigInt();
}
