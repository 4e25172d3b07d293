import { policyFamily } from "../policyRules";
import type { PolicyItem } from "../program";
import { tableOf } from "../routes";

/** A rule as `ip rule show` has it; `link` gives the name of a link in the kernel. */
export function policyLine({ args }: PolicyItem, place: string, link: (ref: string) => string): string {
  const { priority, from, to, iif, oif, fwmark, ipproto, sport, dport, uidrange, tos, table } = args;
  const { invert, action = "lookup", suppressPrefixlength } = args;
  const word = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [`${name} ${value}`];
  return [
    `policy ${place} ${policyFamily(args)} ${priority}:`,
    ...(invert ? ["not"] : []),
    ...word("from", from),
    ...word("to", to),
    ...word("iif", iif && link(iif)),
    ...word("oif", oif && link(oif)),
    ...word("fwmark", fwmark === undefined ? undefined : markText(fwmark)),
    ...word("ipproto", ipproto && NUMBERS[ipproto]),
    ...word("sport", rangeText(sport)),
    ...word("dport", rangeText(dport)),
    ...word("uid", rangeText(uidrange)),
    ...word("tos", tos),
    action === "lookup" ? `lookup ${tableOf({ table })}` : action,
    ...word("suppress", suppressPrefixlength),
    "proto 110",
  ].join(" ");
}

/** Of the IANA protocol numbers. */
const NUMBERS = { icmp: 1, tcp: 6, udp: 17, esp: 50, ah: 51, icmpv6: 58, sctp: 132 } as const;

function markText(mark: string | number): string {
  const [value, mask = 0xffff_ffff] = String(mark).split("/").map(Number);
  return `${value}/${mask}`;
}

function rangeText(range: string | number | undefined): string | undefined {
  const [first, last = first] = String(range ?? "").split("-");
  return range === undefined ? undefined : `${first}-${last}`;
}
