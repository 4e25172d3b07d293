import { canonicalIp } from "../../linux/ip";
import { bitsOf, covers, networkOf, sharedPrefix } from "../../linux/prefix";
import { lostLink, lostRule, orRestored, restored, wrongPrefix } from "../drift";
import type { Fault } from "../fault";
import { faultAt, type Journey } from "../journey";
import {
  addressName,
  type DeviceAddress,
  holdersOf,
  type Network,
  type Place,
  type Port,
  placeName,
  portsOf,
  usableAddresses,
} from "../network/network";
import { endpointsOf, segmentOf } from "../network/segment";
import { type Args, type Owner, ownerName } from "../owners";
import type { Packet } from "../packet";
import { addressCode, inPlace, ipIn, linesOf, routeCode } from "../suggestions";
import { routerTo } from "./routers";

/** Explains why a place has no route to a destination, and how to add one. */
export function explainNoRoute(journey: Journey, place: Place, packet: Packet): Fault {
  return (
    noAddress(journey, place, packet) ??
    downLink(journey, place, packet) ??
    narrowNetmask(journey, place, packet) ??
    missingRoute(journey, place, packet)
  );
}

function noAddress(journey: Journey, place: Place, { family, destination }: Packet): Fault | undefined {
  if (usableAddresses(place, family).length > 0) return undefined;
  const link = portsOf(place).find(({ device }) => device.kind !== "loopback" && device.master === undefined);
  const name = family === "ipv4" ? "IPv4" : "IPv6";
  const lost = journey.owners.ofMissingAddress(place, family);
  if (lost) {
    return faultAt(journey, place, {
      ...{
        cause: "no-address",
        reason: `it has no ${name} address, although ${ownerName(lost)} gives it one`,
      },
      ...restored(lost),
    });
  }
  if (!link) {
    const lost = lostLink(journey, place);
    return faultAt(journey, place, {
      cause: "no-address",
      reason: "it has no link except loopback",
      fix: `add a VethPair towards ${destination}`,
      owner: journey.owners.ofPlace(place),
      ...(lost && restored(lost)),
    });
  }
  const own = journey.owners.ofLink(link);
  const more = orRestored(journey, own);
  const free = freeAddress(journey.network, link, family);
  return faultAt(journey, place, {
    cause: "no-address",
    reason: `it has no ${name} address`,
    fix: `add an Address to ${link.device.name}${free === undefined ? "" : `, such as ${free}`}${more}`,
    code: more !== "" || free === undefined ? undefined : addressCode(place, link.device.name, free),
    owner: own,
  });
}

/** An address that nobody has, in a network of the same Ethernet. */
function freeAddress(network: Network, link: Port, family: Packet["family"]): string | undefined {
  const near = endpointsOf(segmentOf(network, link))
    .flatMap(({ device }) => device.addresses)
    .filter((address) => address.family === family && address.isGlobal);
  for (const { ip, prefix } of near) {
    const free = hostsOf(ip, prefix).find((one) => holdersOf(network, one).length === 0);
    if (free !== undefined) return `${free}/${prefix}`;
  }
  return undefined;
}

/** The first host addresses of a network. */
function hostsOf(ip: string, prefix: number): string[] {
  const numbers = Array.from({ length: 253 }, (_, at) => at + 1);
  const [first = ""] = (networkOf(`${ip}/${prefix}`) ?? "").split("/");
  const hosts = numbers.map((number) =>
    ip.includes(":") ? canonicalIp(`${first}${number.toString(16)}`) : first.replace(/\d+$/, String(number)),
  );
  return hosts.filter((host) => host !== ip && covers(`${ip}/${prefix}`, host));
}

/** The kernel deletes a route when its link goes down. */
function downLink(journey: Journey, place: Place, { family, destination }: Packet): Fault | undefined {
  const addresses = usableAddresses(place, family).filter(({ device }) => !device.isUp);
  const found =
    addresses.find(({ address }) => covers(addressName(address), destination)) ??
    (usableAddresses(place, family).every(({ device }) => !device.isUp) ? addresses[0] : undefined);
  return found && linkDown(journey, { place, device: found.device });
}

export function linkDown(journey: Journey, port: Port): Fault {
  const { place, device } = port;
  const owner = journey.owners.ofLink(port);
  return faultAt(journey, place, {
    cause: "link-down",
    reason: `${device.name} is down`,
    fix: owner ? `set it up; \`pulumi up --refresh\` does if ${ownerName(owner)} says so` : "set it up",
    code: `${ipIn(place)} link set dev ${device.name} up`,
    owner,
  });
}

/** The receiver is on the same Ethernet, but the prefix length excludes it. */
function narrowNetmask(journey: Journey, place: Place, { family, destination }: Packet): Fault | undefined {
  for (const { device, address } of usableAddresses(place, family)) {
    // Something else stops the packets.
    if (covers(addressName(address), destination)) continue;
    const holder = endpointsOf(segmentOf(journey.network, { place, device })).find(
      (port) => port.place !== place && port.device.addresses.some(({ ip }) => ip === destination),
    );
    const its = holder?.device.addresses.find(({ ip }) => ip === destination);
    if (!holder || !its) continue;
    const right = `${address.ip}/${widePrefix(address, its)}`;
    const owner = journey.owners.ofAddress({ place, device }, address);
    const isLone = address.prefix === bitsOf(family);
    const lost = wrongPrefix(journey, place, device, address.ip);
    return faultAt(journey, place, {
      cause: "netmask",
      reason: isLone
        ? `its address ${addressName(address)} covers no network, so ${destination} is not a neighbour, although it is on the same Ethernet`
        : `its address ${addressName(address)} does not cover ${destination}, although it is on the same Ethernet`,
      fix: `${owner ? `change ${ownerName(owner)}` : "change it"} to ${right}`,
      code: isKept(journey, { place, device }, owner)
        ? undefined
        : linesOf(
            addressCode(place, device.name, right),
            `${ipIn(place)} address del ${addressName(address)} dev ${device.name}`,
          ),
      owner,
      ...(lost && restored(lost)),
    });
  }
  return undefined;
}

/** Whether a resource owns an address or may own it. A second resource would not help. */
export const isKept = ({ owners }: Journey, port: Port, owner: Owner | undefined): boolean =>
  owner !== undefined || owners.mayHaveMore(owners.ofLink(port));

/** The prefix length that includes both: that of the other side if it does. */
const widePrefix = (own: DeviceAddress, other: DeviceAddress): number =>
  covers(`${own.ip}/${other.prefix}`, other.ip) && other.prefix < bitsOf(other.family)
    ? other.prefix
    : sharedPrefix(own.ip, other.ip);

function missingRoute(journey: Journey, place: Place, packet: Packet): Fault {
  const { destination } = packet;
  const isBack = journey.direction === "back";
  const target = targetNetwork(journey, destination);
  const lost = journey.owners.ofMissingRoute(place, destination);
  if (lost) {
    return faultAt(journey, place, {
      cause: "no-route",
      reason: `it has no route ${isBack ? "back " : ""}to ${target}, although ${ownerName(lost)} is one`,
      ...restored(lost),
    });
  }
  const router = routerTo(journey.network, place, destination);
  const via = router ? ` via ${router.ip}` : "";
  const hider = isBack ? hiderOf(journey, place, destination) : undefined;
  const hidden = hider && lostRule(journey, "NatRule", hider.place, isHiding);
  const route = `add a Route there to ${target}${via}`;
  const masquerade = hider && `a NatRule of kind masquerade on ${placeName(hider.place.name)}`;
  return faultAt(journey, place, {
    cause: hider?.translates ? "no-masquerade" : "no-route",
    reason: `it has no route ${isBack ? "back " : ""}to ${target}`,
    fix: `${
      !masquerade
        ? route
        : hider.translates
          ? `add ${masquerade} that covers ${target}, or ${route}`
          : `${route}, or ${masquerade}`
    }${hider ? orRestored(journey, journey.owners.ofPlace(hider.place)) : ""}`,
    code: hider?.translates
      ? `new NatRule("…", { ${inPlace(hider.place)}kind: "masquerade", source: "${target}" });`
      : router && routeCode(place, target, router.ip),
    owner: journey.owners.ofPlace(place),
    ...(hidden && restored(hidden)),
  });
}

/** Whether a NatRule translates the source. */
export const isHiding = ({ kind }: Args): boolean => kind === "masquerade" || kind === "snat";

/** The network of an address by the prefix length of its holder, otherwise the address alone. */
function targetNetwork({ network }: Journey, destination: string): string {
  const address = holdersOf(network, destination)
    .flatMap(({ device }) => device.addresses)
    .find(({ ip }) => ip === destination);
  return address ? networkOf(addressName(address)) : destination;
}

/** The last router before this place, which could masquerade, and whether it does so for others. */
function hiderOf(journey: Journey, place: Place, source: string) {
  const there = journey.visited.filter(({ direction }) => direction === "there").map((one) => one.place);
  const router = there.at(-2);
  if (there.length < 3 || !router || router === place || source === "") return undefined;
  const chains = journey.facts.get(router)?.chains ?? [];
  const translates = chains.some(
    ({ base, rules }) => base?.type === "nat" && base.hook === "postrouting" && rules.length > 0,
  );
  return { place: router, translates };
}
