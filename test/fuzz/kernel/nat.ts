import type { Look } from "./look";
import { withoutHash } from "./picture";

type Family = "ipv4" | "ipv6";

/** The NAT rules of a namespace, in nftables and in iptables. */
export const natLines = ({ place, ruleset, iptables }: Look): string[] =>
  [
    ...nftLines(ruleset),
    ...iptablesLines("ipv4", iptables.ipv4),
    ...iptablesLines("ipv6", iptables.ipv6),
  ].map((line) => `nat ${place} ${withoutHash(line)}`);

/** Rules, and tables and chains that have none, but for those of iptables: it leaves its own behind, empty. */
function nftLines(ruleset: string): string[] {
  const found: string[] = [];
  let table = "";
  let chain = "";
  for (const line of ruleset.split("\n").map((text) => text.trim())) {
    const [word = "", name = "", third = ""] = line.split(" ");
    if (word === "table") table = `${name} ${third}`;
    else if (word === "chain") chain = name;
    else if (table !== "ip nat" && table !== "ip6 nat" && chain !== "" && !/^(type .*|\})?$/.test(line))
      found.push(`nftables ${table.startsWith("ip6") ? "ipv6" : "ipv4"} ${chain}: ${line}`);
  }
  return found;
}

function iptablesLines(family: Family, saved: string): string[] {
  return saved
    .split("\n")
    .filter((line) => line.startsWith("-A "))
    .map((line) => {
      const [chain = "", ...clauses] = line
        .replaceAll('"', "")
        .slice(3)
        .split(/ (?=! -|(?<!! )-)/);
      const said = clauses.filter((clause) => !clause.startsWith("-m "));
      return `iptables ${family} ${chain.toLowerCase()}: ${said.sort().join(" ")}`;
    });
}
