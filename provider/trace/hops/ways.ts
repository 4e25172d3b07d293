import { type Fork, type Journey, note } from "../journey";
import type { Place } from "../network/network";
import type { Facts, TableRoute, Way } from "../network/placeDetails";
import type { Packet } from "../packet";

/** Takes one nexthop of a route: the one chosen for this journey, otherwise the kernel's. */
export function takeWay(
  journey: Journey,
  place: Place,
  facts: Facts,
  { family }: Packet,
  { nexthops = [] }: TableRoute,
  said: Pick<Way, "via"> & { readonly interface: string | undefined },
): Pick<Way, "via"> & { readonly interface: string | undefined } {
  const ways = waysOpen(nexthops, facts, family);
  if (ways.length < 2) return said;
  const own = ways.findIndex((way) => way.via === said.via && way.interface === said.interface);
  const taken = journey.choices[journey.forks.length] ?? Math.max(own, 0);
  journey.forks.push({ place, direction: journey.direction, ways, taken });
  const whole = sumOf(ways);
  const list = ways.map((way) => `${wayName(way)} (${way.weight} of ${whole})`).join(", ");
  const key = `net/${family}/fib_multipath_hash_policy`;
  const policy = facts.sysctls.get(key);
  const by = POLICIES[policy ?? ""];
  note(
    journey,
    place,
    "route",
    `spreads flows over ${ways.length} nexthops${by ? `, by their ${by} (${key.replaceAll("/", ".")} = ${policy})` : ""}: ${list}`,
  );
  return ways[taken] ?? said;
}

/** The properties by which the kernel distinguishes flows (ip-sysctl, fib_multipath_hash_policy). */
const POLICIES: Readonly<Record<string, string>> = {
  "0": "addresses",
  "1": "addresses and ports",
  "2": "addresses, those inside a tunnel as well",
  "3": "fields of fib_multipath_hash_fields",
};

/** Returns the nexthops that the kernel uses, without those whose link is down. */
export function waysOpen(
  ways: readonly Way[],
  { sysctls, neighbours }: Facts,
  family: Packet["family"],
): Way[] {
  const alive = ways.filter(({ isDead }) => !isDead);
  if (family !== "ipv4" || sysctls.get("net/ipv4/fib_multipath_use_neigh") !== "1") return alive;
  const isKnown = (way: Way): boolean =>
    !neighbours.some(
      ({ ip, interface: link, state }) =>
        ip === way.via && link === way.interface && /FAILED|INCOMPLETE/.test(state),
    );
  const known = alive.filter(isKnown);
  return known.length > 0 ? known : alive;
}

export const sumOf = (ways: readonly Way[]): number => ways.reduce((sum, { weight }) => sum + weight, 0);

/** `via 10.0.1.2 by s1` */
export const wayName = ({ via, interface: link }: Way): string =>
  `${via === undefined ? "" : `via ${via} `}by ${link}`;

/** The nexthop with its place: `via 10.0.1.2 by s1 in r`. */
export const forkName = ({ place, ways, taken }: Fork): string => {
  const way = ways[taken];
  return `${way ? wayName(way) : ""} ${place.name === undefined ? "on the host" : `in ${place.name}`}`;
};
