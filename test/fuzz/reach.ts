import { type Family, familyOf, subnetOf } from "./ip";
import { linkOf } from "./links";
import type { AddressItem, Program } from "./program";

/** The network that an address connects to its link, and its prefix length. */
export function networkOf({ args: { address, peer } }: AddressItem): { subnet: number; prefix: number } {
  const [far = "", prefix] = (peer ?? address).split("/");
  return { subnet: subnetOf(far), prefix: Number(prefix) };
}

/** Whether an address makes the gateway `number` of its subnet a neighbour. */
export function covers(program: Program, item: AddressItem, family: Family, number: number): boolean {
  const { subnet, prefix } = networkOf(item);
  const isWide = family === "ipv4" ? prefix === 24 || (prefix === 25 && number < 128) : prefix < 128;
  return (
    familyOf(item.args.address) === family &&
    !Number.isNaN(subnet) &&
    isWide &&
    linkOf(program, item.args.interface)?.up === true
  );
}
