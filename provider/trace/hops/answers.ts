import { ASK, type Command, familyOption, ip } from "../../linux/command";
import { canonicalIp, familyOf } from "../../linux/ip";
import { attempt, type Outcome, type Plan, textOf } from "../../linux/plan";
import { parseNeighbors } from "../../linux/read/neighbor";
import { parseRouteLookup } from "../../linux/read/route";
import { parseSysctls } from "../../linux/read/sysctl";
import { readSysctls } from "../../linux/sysctl";
import { sysctlIn } from "../drift";
import type { Fault } from "../fault";
import { faultAt, type Journey } from "../journey";
import { type Port, usableAddresses } from "../network/network";
import { linkSysctl } from "../network/placeDetails";
import type { Owner } from "../owners";
import type { Packet } from "../packet";
import { dotted, inPlace, sysctlCode } from "../suggestions";
import { hasAddress } from "./neighbour";

/**
 * Finds who answers for an address that no link of an Ethernet has. See ip-sysctl of the kernel, and ip-neighbour(8).
 */

/** A link that answers for an address, or would if nothing prevented it. */
export interface Answerer {
  readonly port: Port;
  /** Whether the address belongs to another machine. */
  readonly isProxy: boolean;
  /** The reason why it answers. The text follows "as ". */
  readonly means: string;
  readonly owner?: Owner | undefined;
  readonly obstacle?: Obstacle | undefined;
}

interface Obstacle {
  /** The text follows "because ". */
  readonly reason: string;
  readonly fix: string;
  readonly code?: string | undefined;
  readonly owner?: Owner | undefined;
}

/** The settings by which a place answers on a link. */
interface Settings {
  readonly sysctls: ReadonlyMap<string, string>;
  /** Whether there is a proxy entry for the address. */
  readonly hasEntry: boolean;
}

interface Manners extends Settings {
  readonly way: Way;
}

/** The link by which a place would send to an address, or the reason why there is none. */
interface Way {
  readonly link?: string | undefined;
  readonly refusal?: string;
}

const KEYS = {
  ipv4: ["forwarding", "proxy_arp", "proxy_arp_pvlan", "arp_ignore"],
  ipv6: ["forwarding", "proxy_ndp"],
} as const;

/** Returns the links among `endpoints` that answer for `address`. Links with an obstacle come last. */
export function* answerersOf(
  journey: Journey,
  start: Port,
  endpoints: readonly Port[],
  address: string,
  packet: Packet,
): Plan<Answerer[]> {
  const ports = endpoints.filter(({ place }) => place !== start.place);
  const seen = yield* attempt(ports.flatMap((port) => lookFor(port, journey.family)));
  const asked = ports
    .map((port, at) => ({ port, ...settingsOf(seen.slice(2 * at, 2 * at + 2), port, address) }))
    .filter((one) => one.hasEntry || hasAddress(one.port.place, address) || isProxying(one));
  const source = sourceOf(start, packet);
  const ways = yield* attempt(asked.map((one) => wayFrom(one, address, source)));
  return asked
    .flatMap((one, at) => answererOf(journey, one.port, address, { ...one, way: readWay(ways[at]) }) ?? [])
    .sort((a, b) => Number(a.obstacle !== undefined) - Number(b.obstacle !== undefined));
}

/** Whether a link answers for other machines without an entry. */
const isProxying = ({ sysctls }: Settings): boolean =>
  [...sysctls].some(([path, value]) => /\/proxy_/.test(path) && Number(value) > 0);

const lookFor = ({ place, device }: Port, family: Journey["family"]): Command[] => [
  ip(place.name, familyOption(family), ...ASK, "neigh", "show", "proxy"),
  readSysctls(
    place.name,
    ["all", device.name].flatMap((link) => KEYS[family].map((key) => linkSysctl(family, link, key))),
  ),
];

function settingsOf([entries, sysctls]: readonly Outcome[], { device }: Port, address: string): Settings {
  return {
    sysctls: parseSysctls(textOf(sysctls) ?? ""),
    hasEntry: parseNeighbors(textOf(entries)).some(
      ({ dst, interface: link }) => canonicalIp(dst) === address && link === device.name,
    ),
  };
}

/** Looks up the route as for a packet that enters. Without forwarding, the kernel would refuse that lookup. */
function wayFrom(
  { port: { place, device }, sysctls }: Settings & { readonly port: Port },
  address: string,
  source: string | undefined,
): Command {
  const family = familyOf(address);
  const isForwarding = sysctls.get(linkSysctl(family, device.name, "forwarding")) === "1";
  const comesIn = isForwarding && source !== undefined ? ["from", source, "iif", device.name] : [];
  return ip(place.name, familyOption(family), "-j", "route", "get", address, ...comesIn);
}

/** The address from which the sender asks. */
const sourceOf = ({ place, device }: Port, { source, family }: Packet): string | undefined => {
  const own = usableAddresses(place, family);
  const chosen =
    own.find(({ address }) => address.ip === source) ?? own.find((one) => one.device === device) ?? own[0];
  return chosen?.address.ip;
};

function readWay(outcome: Outcome | undefined): Way {
  if (!outcome?.isOk) {
    const [, said = ""] = /answers: (.*)/.exec(outcome?.stderr ?? "") ?? [];
    return /unreachable/i.test(said) || said === "" ? {} : { refusal: said };
  }
  const route = parseRouteLookup(outcome.text);
  return route?.type === "unicast" ? { link: route.interface } : {};
}

/** Returns whether and why a link answers for an address. It is pure, for tests. */
export function answererOf(
  journey: Pick<Journey, "owners">,
  port: Port,
  address: string,
  manners: Manners,
): Answerer | undefined {
  if (familyOf(address) === "ipv6") return byNdp(journey, port, address, manners);
  return hasAddress(port.place, address)
    ? byOwnAddress(journey, port, address, manners)
    : byArp(journey, port, address, manners);
}

/** A Linux host answers ARP for each of its addresses on every link, unless `arp_ignore` forbids it. */
function byOwnAddress(
  { owners }: Pick<Journey, "owners">,
  port: Port,
  address: string,
  { sysctls }: Manners,
): Answerer {
  const { place, device } = port;
  const [key, mode] = strongest(sysctls, device.name, "arp_ignore");
  const holder = place.devices.find(({ addresses }) => addresses.some((own) => own.ip === address));
  const isGlobal = holder?.addresses.some((own) => own.ip === address && own.isGlobal) ?? false;
  const means = `${holder?.name} has that address`;
  if (mode === 0 || (mode === 3 && isGlobal)) return { port, isProxy: false, means };
  const obstacle = setting(owners, port, key, mode, 0);
  return { port, isProxy: false, means, obstacle };
}

/** Returns the effective value of a parameter: the greater of `all` and the link. */
function strongest(
  sysctls: ReadonlyMap<string, string>,
  link: string,
  key: string,
): readonly [path: string, value: number] {
  const levelOf = (name: string): number => Number(sysctls.get(linkSysctl("ipv4", name, key)) ?? 0);
  const name = levelOf("all") > levelOf(link) ? "all" : link;
  return [linkSysctl("ipv4", name, key), levelOf(name)];
}

/** Proxy ARP answers for addresses with a route over another link. */
function byArp(
  { owners }: Pick<Journey, "owners">,
  port: Port,
  address: string,
  { sysctls, hasEntry, way }: Manners,
): Answerer | undefined {
  const { place, device } = port;
  if (!device.answersArp) return undefined;
  const [key, mode] = strongest(sysctls, device.name, "proxy_arp");
  const among = linkSysctl("ipv4", device.name, "proxy_arp_pvlan");
  const isAmong = Number(sysctls.get(among) ?? 0) > 0;
  if (isAmong && way.link === device.name)
    return { port, isProxy: true, means: `${dotted(among)} is 1`, owner: owners.ofSysctl(place, among) };
  if (!hasEntry && mode === 0) return undefined;
  const means = hasEntry ? "it has a proxy entry" : `${dotted(key)} is 1`;
  const owner = hasEntry
    ? owners.ofNeighbour(place, device.name, `${address} proxy`)
    : owners.ofSysctl(place, key);
  const answerer = { port, isProxy: true, means, owner };
  if (way.link !== undefined && way.link !== device.name) return answerer;
  const lack = `it has no route to ${address} over another link`;
  return {
    ...answerer,
    obstacle: {
      reason: way.refusal === undefined ? lack : `the kernel refuses the request ("${way.refusal}")`,
      fix: `add a Route there to ${address} over a link other than ${device.name}`,
    },
  };
}

/** Proxy NDP answers for addresses with an entry, if the parameter is set as well. */
function byNdp(
  { owners }: Pick<Journey, "owners">,
  port: Port,
  address: string,
  { sysctls, hasEntry, way }: Manners,
): Answerer | undefined {
  const { place, device } = port;
  if (hasAddress(place, address)) return undefined;
  const keys = [device.name, "all"].map((link) => linkSysctl("ipv6", link, "proxy_ndp"));
  const [own = ""] = keys;
  const key = keys.find((candidate) => Number(sysctls.get(candidate) ?? 0) > 0);
  const leads = way.link !== undefined && way.link !== device.name;
  if (!hasEntry && (key === undefined || !leads)) return undefined;
  if (!hasEntry) {
    const obstacle = {
      reason: "it has no proxy entry for that address",
      fix: `add a Neighbor with \`proxy\` to ${device.name} there`,
      code: `new Neighbor("…", { ${inPlace(place)}interface: "${device.name}", address: "${address}", proxy: true });`,
    };
    return { port, isProxy: true, means: `${dotted(key ?? own)} is 1`, obstacle };
  }
  const owner = owners.ofNeighbour(place, device.name, `${address} proxy`);
  const answerer = { port, isProxy: true, means: "it has a proxy entry", owner };
  const forwarding = ["all", device.name].map((link) => linkSysctl("ipv6", link, "forwarding"));
  const [isRouter, isRouterHere] = forwarding.map((path) => sysctls.get(path) === "1");
  if (key === undefined) return { ...answerer, obstacle: setting(owners, port, own, 0, 1) };
  // A missing route shows when the packet gets there.
  const [, here = ""] = forwarding;
  return isRouter && !isRouterHere ? { ...answerer, obstacle: setting(owners, port, here, 0, 1) } : answerer;
}

/** An obstacle: a parameter that needs another value. */
function setting(
  owners: Journey["owners"],
  { place }: Port,
  path: string,
  value: number,
  wanted: number,
): Obstacle {
  const owner = owners.ofSysctl(place, path);
  const fix = `${owner ? `change ${sysctlIn(owner)}` : "add a Sysctl"} to set it to ${wanted}`;
  const code = owner ? undefined : sysctlCode(place, path, wanted);
  return { reason: `${dotted(path)} is ${value}`, fix, owner, code };
}

/** Returns why nobody answers for an address although a proxy is set up. */
export function keptFrom(journey: Journey, { port, means, obstacle }: Answerer, address: string): Fault {
  const { reason = "", fix = "", code, owner } = obstacle ?? {};
  const protocol = familyOf(address) === "ipv6" ? "NDP" : "ARP";
  return faultAt(journey, port.place, {
    cause: "neighbour",
    reason: `it does not answer ${protocol} for ${address} on ${port.device.name} although ${means}, because ${reason}`,
    ...{ fix, code, owner },
  });
}
