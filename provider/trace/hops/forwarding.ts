import type { Family } from "../../linux/ip";
import { restored, sysctlIn } from "../drift";
import type { Fault } from "../fault";
import { faultAt, type Journey, note } from "../journey";
import { holdersOf, type Place, placeName } from "../network/network";
import { type Facts, linkSysctl } from "../network/placeDetails";
import type { Packet } from "../packet";
import { dotted, sysctlCode } from "../suggestions";
import { gatewayFix } from "./gateway";
import { isDeadEnd, routerTo } from "./routers";
import { type Arrival, routeTaken } from "./taken";

/** Tells whether a place forwards packets that enter by a link, and which parameter decides. */
interface Forwarding {
  readonly isOn: boolean;
  /** The path below /proc/sys of the parameter that is on or must be switched on. */
  readonly key: string;
  readonly value: string | undefined;
}

/** The parameter for all links of a place. */
const SWITCH = { ipv4: "net/ipv4/ip_forward", ipv6: "net/ipv6/conf/all/forwarding" } as const;

/** The parameter of a single link. IPv6 has one since Linux 6.17. */
const OF_LINK = { ipv4: "forwarding", ipv6: "force_forwarding" } as const;

/**
 * For IPv4, the parameter of the link that packets enter by decides, and the switch sets all of them. For IPv6, the
 * switch decides. If it is off, `force_forwarding` of that link does.
 */
export function forwardingOf(
  sysctls: Facts["sysctls"],
  family: Family,
  link: string,
  others: readonly string[],
): Forwarding {
  const whole = SWITCH[family];
  const own = linkSysctl(family, link, OF_LINK[family]);
  const read = (key: string) => ({ key, value: sysctls.get(key) });
  // An unreadable parameter counts as on.
  if (family === "ipv4" && sysctls.get(own) !== "0") return { isOn: true, ...read(own) };
  if (family === "ipv6" && sysctls.get(whole) !== "0") return { isOn: true, ...read(whole) };
  if (family === "ipv6" && sysctls.get(own) === "1") return { isOn: true, ...read(own) };
  const isByLink =
    sysctls.get(whole) !== "0" ||
    others.some((other) => sysctls.get(linkSysctl(family, other, OF_LINK[family])) === "1");
  return { isOn: false, ...read(isByLink ? own : whole) };
}

export function forwardingFault(
  journey: Journey,
  place: Place,
  facts: Facts,
  packet: Packet,
  { link, from }: Arrival,
): Fault | undefined {
  const links = place.devices.map(({ name }) => name);
  const { isOn, key, value } = forwardingOf(facts.sysctls, packet.family, link.name, links);
  if (isOn) {
    note(journey, place, "route", `forwards (${dotted(key)} = ${value ?? "?"})`);
    return undefined;
  }
  const isEnd = isDeadEnd(journey.network, place);
  const router = isEnd ? routerTo(journey.network, from, packet.destination) : undefined;
  const need = { ip: packet.destination, who: placeName(place.name) };
  if (router && router.place !== place) {
    return faultAt(journey, from, {
      cause: "gateway",
      reason: `its gateway for ${packet.destination} is ${placeName(place.name)}, which is on no other network`,
      ...gatewayFix(journey, from, packet.destination, router, need),
    });
  }
  const route = routeTaken(journey, from, packet.destination);
  const isSent = route?.via !== undefined || route?.nexthops !== undefined;
  if (isEnd && isSent && holdersOf(journey.network, packet.destination).length === 0) {
    return faultAt(journey, place, {
      cause: "nobody",
      reason: `it gets packets for ${packet.destination}, but nobody has that address`,
      ...gatewayFix(journey, from, packet.destination, undefined, need),
    });
  }
  const translated = journey.translations.find(
    (one) => one.place === place && one.after.destination === packet.destination,
  );
  const fix = switchOn(journey, place, packet.family, link.name, key);
  const what = fix.key === SWITCH[packet.family] ? "" : ` packets that enter by ${link.name}`;
  return faultAt(journey, place, {
    cause: "forwarding-off",
    reason: `${translated ? `${translated.by} sends it on to ${packet.destination}, but ` : ""}it does not forward${what}, because ${dotted(fix.key)} is 0`,
    ...fix,
  });
}

/** The parameter to switch on: one that a resource owns, otherwise the one that decides. */
function switchOn(
  { owners }: Journey,
  place: Place,
  family: Family,
  link: string,
  key: string,
): Pick<Fault, "fix" | "code" | "owner"> & { readonly key: string } {
  const candidates = [linkSysctl(family, link, OF_LINK[family]), SWITCH[family], ...ALIASES[family]];
  const owned = candidates.flatMap((path) => {
    const owner = owners.ofSysctl(place, path);
    return owner ? { path, owner, value: owners.sysctlValue(place, path) } : [];
  });
  const lost = owned.find(({ value }) => value === "1");
  if (lost) return { ...restored(lost.owner), key: lost.path };
  const [own] = owned;
  if (own) return { fix: `change ${sysctlIn(own.owner)} to set it to 1`, owner: own.owner, key: own.path };
  return { fix: "add a Sysctl to set it to 1", code: sysctlCode(place, key, 1), key };
}

/** Further names of the switch. */
const ALIASES = { ipv4: [linkSysctl("ipv4", "all", "forwarding")], ipv6: [] } as const;
