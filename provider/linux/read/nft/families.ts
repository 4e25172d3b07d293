import type { Family } from "../../ip";

/** The families as nftables names them. */
export const NFT_FAMILIES = { ipv4: "ip", ipv6: "ip6" } as const;

/** The family that nftables lists a rule of ours with. */
export const familyNamed = (listed: string): Family => (listed === NFT_FAMILIES.ipv6 ? "ipv6" : "ipv4");
