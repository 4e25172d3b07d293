/** A rule as `nft list ruleset` shows it. */
export interface NftRule {
  readonly table: string;
  readonly family: "ipv4" | "ipv6";
  readonly chain: string;
  readonly text: string;
}

/** Rules, and empty tables and chains except those of iptables, which leaves its own behind. */
export function nftRules(ruleset: string): NftRule[] {
  const found: NftRule[] = [];
  let table = "";
  let chain = "";
  for (const text of ruleset.split("\n").map((line) => line.trim())) {
    const [word = "", name = "", third = ""] = text.split(" ");
    if (word === "table") table = `${name} ${third}`;
    else if (word === "chain") chain = name;
    else if (table !== "ip nat" && table !== "ip6 nat" && chain !== "" && !/^(type .*|\})?$/.test(text))
      found.push({ table, family: table.startsWith("ip6") ? "ipv6" : "ipv4", chain, text });
  }
  return found;
}
