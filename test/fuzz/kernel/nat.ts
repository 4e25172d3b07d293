import { isFilter } from "./filter";
import type { Look } from "./look";
import { nftRules } from "./nft";
import { withoutHash } from "./picture";

type Family = "ipv4" | "ipv6";

/** The NAT rules of a namespace, in nftables and in iptables. */
export const natLines = ({ place, ruleset, iptables }: Look): string[] =>
  [
    ...nftLines(ruleset),
    ...iptablesLines("ipv4", iptables.ipv4),
    ...iptablesLines("ipv6", iptables.ipv6),
  ].map((line) => `nat ${place} ${withoutHash(line)}`);

const nftLines = (ruleset: string): string[] =>
  nftRules(ruleset)
    .filter((rule) => !isFilter(rule))
    .map(({ family, chain, text }) => `nftables ${family} ${chain}: ${text}`);

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
