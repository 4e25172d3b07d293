import type { Family } from "../../ip";

/** Address families by their names in nftables. */
export const NFT_FAMILIES = { ipv4: "ip", ipv6: "ip6" } as const;

/** The family in which nftables lists one of our rules. */
export const familyNamed = (listed: string): Family => (listed === NFT_FAMILIES.ipv6 ? "ipv6" : "ipv4");
