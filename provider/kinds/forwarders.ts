import { type Answer, showLinks } from "../linux/command";
import type { Family } from "../linux/ip";
import { framesOf } from "../linux/linkTypes";
import { parseMark } from "../linux/marks/mark";
import type { Plan } from "../linux/plan";
import { programsOf } from "../linux/programs";
import { parseLinks } from "../linux/read/link";
import { NFT_FAMILIES } from "../linux/read/nft/families";
import { type Asking, listEveryones } from "./packetRule/everyones";

/**
 * Finds others that need forwarding. Docker, Podman and libvirt find it enabled when they start and record nothing.
 * Their guests lose the network if it is disabled. Other stacks record it with a Sysctl of their own.
 */

/** Names other programs that need forwarding of a family in a network namespace. */
export function* forwardersIn(asking: Asking): Plan<readonly string[]> {
  const { namespace, family } = asking;
  const { chains, rules, lines, answers } = yield* listEveryones(asking, [showLinks(namespace)]);
  const masquerades = [
    ...rules.filter(({ statements }) => statements.some(({ is }) => is === "masquerade")),
    ...lines.filter(({ words }) => words.includes("MASQUERADE")).map((line) => ({ ...line, table: "nat" })),
  ].filter(({ owner }) => owner === undefined);
  // Without IPv6, Docker has no chains for it and needs no forwarding of it.
  const met = chains.filter((chain) => ["inet", NFT_FAMILIES[family]].includes(chain.family));
  const names = [...met.flatMap(({ name, table }) => [name, table]), ...lines.map(({ chain }) => chain)];
  return [
    ...new Set([
      // libvirt always has chains for IPv6, so its bridges count instead.
      ...programsOf(names).filter((name) => name !== "libvirt" || family === "ipv4"),
      ...bridges(answers[0], family),
      ...masquerades.map(({ table }) => `a masquerade in the table ${table}`),
    ]),
  ];
}

/** Foreign bridges with an address that gives the hosts behind them a way out. */
function bridges(listing: Answer, family: Family): string[] {
  const wanted = family === "ipv4" ? "inet" : "inet6";
  return parseLinks(listing ?? "[]").flatMap(({ ifname, ifalias, linkinfo, addr_info }) => {
    if (framesOf(linkinfo?.info_kind ?? "") !== "ports" || parseMark(ifalias ?? "")) return [];
    const found = addr_info.find((one) => one.family === wanted && one.scope === "global");
    return found ? [`the bridge ${ifname} with ${found.local}/${found.prefixlen}`] : [];
  });
}
