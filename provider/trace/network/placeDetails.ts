import { ASK, command, familyOption, ip, listTable } from "../../linux/command";
import { canonicalIp, type Family } from "../../linux/ip";
import { attempt, type Plan, textOf } from "../../linux/plan";
import { covers } from "../../linux/prefix";
import { parseNeighbors } from "../../linux/read/neighbor";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { dormantAmong, isInOneOf, type NftTableName, parseFlaggedTables } from "../../linux/read/nft/tables";
import { parseRoutes, type RouteInfo } from "../../linux/read/route";
import { parseSysctls } from "../../linux/read/sysctl";
import { readSysctls } from "../../linux/sysctl";
import type { Chain } from "../rules/chain";
import { parseIptables } from "../rules/iptables";
import { parseNft } from "../rules/nft";
import type { Place } from "./network";

/** The details of a place on the path, beyond its links and addresses. */
export interface Facts {
  readonly routes: readonly TableRoute[];
  readonly neighbours: readonly Neighbour[];
  readonly chains: readonly Chain[];
  /** Kernel parameters by their path below /proc/sys. */
  readonly sysctls: ReadonlyMap<string, string>;
}

/** One of several nexthops of a route. */
export interface Way {
  readonly via: string | undefined;
  readonly interface: string;
  /** Its weight among the others. */
  readonly weight: number;
  /** Whether the kernel leaves it out because its link is down. */
  readonly isDead: boolean;
}

/** A route in its table. */
export interface TableRoute {
  /** The type by its name in ip-route(8). */
  readonly type: string;
  readonly destination: string;
  readonly table: number;
  readonly protocol: number;
  readonly metric: number;
  readonly via: string | undefined;
  readonly interface: string | undefined;
  readonly source?: string | undefined;
  readonly nexthops?: readonly Way[];
}

export const tableRoutesIn = (text: string | undefined): TableRoute[] =>
  parseRoutes(text).map(({ type, destination, table = MAIN, protocol, metric, source, way, nexthops }) => ({
    ...{ type, destination, table, protocol, metric },
    ...{ via: way.via, interface: way.interface },
    ...(source !== undefined && { source }),
    ...(nexthops && { nexthops: nexthops.flatMap(wayOf) }),
  }));

const wayOf = ({ via, interface: link, weight, isDead }: RouteInfo["way"]): Way[] =>
  link === undefined
    ? []
    : [{ via: via === undefined ? undefined : canonicalIp(via), interface: link, weight, isDead }];

/** An entry of a place about another machine on the same Ethernet. */
export interface Neighbour {
  readonly ip: string;
  readonly interface: string | undefined;
  readonly mac: string | undefined;
  /** The state by its name in ip-neighbour(8), in capitals. */
  readonly state: string;
}

const neighboursIn = (text: string | undefined): Neighbour[] =>
  parseNeighbors(text).map(({ dst, interface: link, lladdr, state }) => ({
    ip: canonicalIp(dst),
    interface: link,
    mac: lladdr,
    state: state.toUpperCase(),
  }));

/** Returns the entry of a place for an address on one of its links. */
export const entryFor = (
  { neighbours }: Pick<Facts, "neighbours">,
  link: string,
  address: string,
): Neighbour | undefined => neighbours.find(({ ip, interface: own }) => ip === address && own === link);

const askNeighbours = ({ name }: Place, family: Family) =>
  // Without `nud all`, `ip` omits entries in state NOARP.
  ip(name, familyOption(family), ...ASK, "neigh", "show", "nud", "all");

/** Parameters of each link, below `net/ipv4/conf/LINK` or its IPv6 sibling. */
const PER_LINK = { ipv4: ["forwarding", "rp_filter"], ipv6: ["forwarding", "force_forwarding"] } as const;
const ONCE = {
  ipv4: [
    "net/ipv4/ip_forward",
    "net/ipv4/icmp_echo_ignore_all",
    "net/ipv4/fib_multipath_hash_policy",
    "net/ipv4/fib_multipath_use_neigh",
    "net/bridge/bridge-nf-call-iptables",
  ],
  ipv6: [
    "net/ipv6/conf/all/forwarding",
    "net/ipv6/icmp/echo_ignore_all",
    "net/ipv6/fib_multipath_hash_policy",
    "net/bridge/bridge-nf-call-ip6tables",
  ],
} as const;

export const linkSysctl = (family: Family, link: string, key: string): string =>
  `net/${family}/conf/${link}/${key}`;

export function* lookCloser(place: Place, family: Family, isPermitted = true): Plan<Facts> {
  const links = ["all", ...place.devices.map(({ name }) => name)];
  const keys = links.flatMap((link) => PER_LINK[family].map((key) => linkSysctl(family, link, key)));
  const six = family === "ipv6" ? "6" : "";
  const commands = [
    ip(place.name, familyOption(family), ...ASK, "route", "show", "table", "all"),
    askNeighbours(place, family),
    readSysctls(place.name, [...ONCE[family], ...keys]),
    command("nft", place.name, ["-j", "list", "ruleset"]),
    command(`ip${six}tables-save`, place.name, ["--counters"]),
    command(`ip${six}tables-legacy-save`, place.name, ["--counters"]),
  ];
  const outcomes = yield* attempt(commands, isPermitted);
  const [routes, neighbours, sysctls, nft, iptables, legacy] = outcomes.map(textOf);
  const flagged = parseFlaggedTables(nft);
  const tables = yield* attempt(
    flagged.map((table) => listTable(place.name, table)),
    isPermitted,
  );
  const dormant = dormantAmong(flagged, tables.map(textOf));
  return {
    routes: tableRoutesIn(routes),
    neighbours: neighboursIn(neighbours),
    sysctls: parseSysctls(sysctls ?? ""),
    chains: chainsOf(family, dormant, nft, iptables, legacy),
  };
}

/**
 * Returns all chains in order of creation, as nft lists them. The order of legacy chains is unknown. nft and iptables
 * both list chains of iptables-nft; the text of iptables is more complete.
 */
function chainsOf(
  family: Family,
  dormant: readonly NftTableName[],
  nft: string | undefined,
  iptables: string | undefined,
  legacy: string | undefined,
): Chain[] {
  const name = NFT_FAMILIES[family];
  const own = parseIptables(iptables, "iptables", name);
  const isNft = /\(nf_tables\)/.test(iptables ?? "") || own.length === 0;
  // If iptables is the legacy one, both programs list the same chains.
  if (!isNft)
    return [...own, ...parseNft(nft)].filter((chain) => chain.tool !== "nft" || !isInOneOf(dormant, chain));
  const listed = parseNft(nft);
  const isSame = (one: Chain) => (other: Chain) =>
    one.family === other.family && one.table === other.table && one.name === other.name;
  const all = [
    ...parseIptables(legacy, "iptables-legacy", name),
    ...listed.map((chain) => own.find(isSame(chain)) ?? chain),
    ...own.filter((chain) => !listed.some(isSame(chain))),
  ];
  return all.filter((chain) => chain.tool === "iptables-legacy" || !isInOneOf(dormant, chain));
}

/** The number of the main table. */
export const MAIN = 254;

/** Returns the route of a table that matches an address. */
export function routeFor(
  { routes }: Pick<Facts, "routes">,
  address: string,
  table = MAIN,
): TableRoute | undefined {
  const lengthOf = (route: TableRoute): number => prefixOf(route, address);
  return routes
    .filter((route) => route.table === table && covers(destinationOf(route, address), address))
    .sort((a, b) => lengthOf(b) - lengthOf(a) || a.metric - b.metric)[0];
}

/** Returns the prefix length of a route's destination. */
export const prefixOf = (route: TableRoute, address: string): number =>
  Number(destinationOf(route, address).split("/")[1]);

/** Returns the destination of a route as in arguments, with a prefix length. */
export const destinationOf = ({ destination }: TableRoute, address: string): string => {
  const bits = address.includes(":") ? 128 : 32;
  if (destination === "default") return bits === 32 ? "0.0.0.0/0" : "::/0";
  return destination.includes("/") ? destination : `${destination}/${bits}`;
};
