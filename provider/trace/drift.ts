import { isDeepStrictEqual } from "node:util";
import { canonicalIp, parseIp } from "../linux/ip";
import { linkFactsOf, type MadeLink } from "../linux/linkTypes";
import { covers } from "../linux/prefix";
import { tableOf } from "../linux/read/routeTables";
import type { Fault } from "./fault";
import type { Device, Network, Place } from "./network/network";
import { destinationOf, type Facts, type TableRoute } from "./network/placeDetails";
import { type Args, type Owner, type Owners, ownerName } from "./owners";
import type { Packet } from "./packet";
import { sysctlCode } from "./suggestions";

/**
 * Finds drift: objects that differ from their resource. There the program is right, and `up --refresh` restores the
 * object.
 */

interface Known {
  readonly network: Network;
  readonly owners: Owners;
  readonly facts: ReadonlyMap<Place, Facts>;
}

/** The fix for an object that somebody has changed by hand. */
export const restored = (owner: Owner): Pick<Fault, "fix" | "code" | "owner"> => ({
  fix: `restore ${ownerName(owner)} with \`pulumi up --refresh\``,
  code: "pulumi up --refresh",
  owner,
});

/** Faults that the drift of a link can cause, whatever its kind. */
const OF_LINKS: readonly Fault["cause"][] = ["link-down", "not-attached", "mtu"];

/** The other kinds whose drift can cause a fault. */
const KINDS: Partial<Record<Fault["cause"], readonly string[]>> = {
  "loopback-down": ["Namespace"],
  gateway: ["Route"],
  "dead-route": ["Route"],
  loop: ["Route"],
  neighbour: ["Neighbor"],
  "policy-rule": ["Route"],
};

/** Whether drift of a kind can cause a fault. */
const mayExplain = (cause: Fault["cause"], kind: string): boolean =>
  OF_LINKS.includes(cause) ? linkFactsOf(kind) !== undefined : (KINDS[cause]?.includes(kind) ?? false);

/** Whether a kind has no records. Without a state, its arguments are unknown. */
const isUnrecorded = (kind: string): boolean => kind === "Namespace" || linkFactsOf(kind) !== undefined;

/** Returns the fix of a fault. If its owner has drifted, the fix is to restore the owner. */
export function fixOf(
  known: Known,
  place: Place,
  fault: Pick<Fault, "cause" | "fix" | "code" | "owner">,
): Pick<Fault, "fix" | "code" | "owner"> {
  const { cause, fix, code, owner } = fault;
  if (!owner || !mayExplain(cause, owner.kind)) return { fix, code, owner };
  const args = known.owners.argsOf(owner);
  if (args && hasDrifted(owner.kind, args, known, place)) return restored(owner);
  const isOpen = !args && isUnrecorded(owner.kind) && !fix.includes("pulumi up");
  const ending = `; if ${ownerName(owner)} says so already, run \`pulumi up --refresh\``;
  return { fix: isOpen ? fix + ending : fix, code, owner };
}

function hasDrifted(kind: string, args: Args, known: Known, place: Place): boolean {
  const facts = known.facts.get(place);
  switch (kind) {
    case "Namespace":
      return args["loopback"] !== false;
    case "Neighbor":
      return !(facts?.neighbours ?? []).some(
        ({ ip, interface: link, mac }) =>
          ip === args["address"] && link === args["interface"] && mac === args["lladdr"],
      );
    case "Route":
      return facts !== undefined && hasRouteDrifted(args, facts);
    default:
      return (linkFactsOf(kind)?.linksOf(args) ?? []).some((link) => isLinkOther(known.network, link));
  }
}

const record = (value: unknown): Args => (typeof value === "object" && value !== null ? { ...value } : {});

function isLinkOther(network: Network, { namespace, name: link, up, mtu, bridge }: MadeLink): boolean {
  const place = network.find(({ name }) => name === namespace);
  const device = place?.devices.find(({ name }) => name === link);
  if (!device) return true;
  return (
    (up !== undefined && device.isUp !== up) ||
    (mtu !== undefined && device.mtu !== mtu) ||
    (bridge !== undefined && device.master !== bridge)
  );
}

function hasRouteDrifted(args: Args, { routes }: Facts): boolean {
  const destination = String(args["destination"]);
  const own = routes.filter(
    (route) =>
      [route.destination, destinationOf(route, destination)].includes(destination) &&
      String(tableOf(route.table)) === String(args["table"]) &&
      (args["metric"] === undefined || route.metric === args["metric"]),
  );
  return !own.some((route) => isAsSaid(route, args));
}

function isAsSaid(route: TableRoute, { type, via, interface: link, nexthops }: Args): boolean {
  if (typeof type === "string" && type !== route.type) return false;
  if (Array.isArray(nexthops)) return isDeepStrictEqual(waysOf(nexthops), waysOf(route.nexthops ?? []));
  return (
    (via === undefined ? route.via === undefined : canonicalIp(route.via ?? "") === via) &&
    (link === undefined || link === route.interface)
  );
}

/** The nexthops in comparable form. A link that the kernel chooses is left out. */
const waysOf = (ways: readonly unknown[]): string[] =>
  ways
    .map(record)
    .map(({ via, weight, interface: link }) => `${String(via ?? link)} ${String(weight ?? 1)}`)
    .sort();

/** Returns how to set a parameter, which a resource may own. */
export function sysctlFix(
  { owners, facts }: Known,
  place: Place,
  key: string,
  wanted: string,
): Pick<Fault, "fix" | "owner"> & Partial<Pick<Fault, "code">> {
  const owner = owners.ofSysctl(place, key);
  if (!owner)
    return {
      fix: `add a Sysctl to set it to ${wanted}`,
      code: sysctlCode(place, key, Number(wanted)),
      owner,
    };
  const said = owners.sysctlValue(place, key);
  if (said !== undefined && said !== facts.get(place)?.sysctls.get(key)) return restored(owner);
  return { fix: `change ${sysctlIn(owner)} to set it to ${wanted}`, owner };
}

/** Names the argument that sets a parameter. */
export const sysctlIn = (owner: Owner): string =>
  owner.kind === "Namespace" ? `\`sysctls\` of ${ownerName(owner)}` : ownerName(owner);

/**
 * An addition to the advice to create a resource. If the program is unknown, it may already have one whose object is
 * lost.
 */
export const orRestored = ({ owners }: Pick<Known, "owners">, owner: Owner | undefined): string =>
  owners.mayHaveMore(owner) ? "; if the program has one, restore it with `pulumi up --refresh`" : "";

/** Returns the resource of an address that is missing from the kernel. */
export const lostAddress = ({ network, owners }: Known, ip: string): Owner | undefined =>
  owners.find(
    "Address",
    (args) =>
      String(args["address"]).split("/")[0] === ip && !hasAddress(deviceOf(network, args), args["address"]),
  );

/** Returns the resource of an address that its link has with another prefix length. */
export const wrongPrefix = ({ owners }: Known, place: Place, device: Device, ip: string): Owner | undefined =>
  owners.find(
    "Address",
    (args) =>
      args["namespace"] === place.name &&
      args["interface"] === device.name &&
      String(args["address"]).split("/")[0] === ip &&
      !hasAddress(device, args["address"]),
  );

const deviceOf = (network: Network, { namespace, interface: link }: Args): Device | undefined =>
  network.find(({ name }) => name === namespace)?.devices.find(({ name }) => name === link);

const hasAddress = (device: Device | undefined, said: unknown): boolean =>
  (device?.addresses ?? []).some(({ ip, prefix }) => `${ip}/${prefix}` === said);

/** Returns the FilterRule that would accept a packet but is missing from the kernel. */
export const lostAccept = (known: Known, place: Place, hook: string, packet: Packet): Owner | undefined =>
  lostRule(
    known,
    "FilterRule",
    place,
    (args) =>
      args["verdict"] === "accept" &&
      args["chain"] === hook &&
      isAmong(args["source"], packet.source) &&
      isAmong(args["destination"], packet.destination) &&
      (args["protocol"] === undefined || NAMES[packet.protocol].some((name) => name === args["protocol"])),
  );

const NAMES = { icmp: ["icmp", "icmpv6"], tcp: ["tcp"], udp: ["udp"] } as const satisfies Record<
  Packet["protocol"],
  readonly string[]
>;

/** Whether an address is in one of the networks that a rule matches. `!` excludes a network. */
const isAmong = (asked: unknown, address: string): boolean =>
  asked === undefined ||
  [asked].flat().some((one) => {
    const network = String(one);
    return network.startsWith("!") ? !isIn(network.slice(1), address) : isIn(network, address);
  });

const isIn = (network: string, address: string): boolean =>
  parseIp(network) !== undefined && covers(network, address);

/** Returns the resource of a link that is missing from a place. */
export const lostLink = ({ owners }: Known, place: Place): Owner | undefined =>
  owners.findLink(
    ({ namespace, name }) =>
      namespace === place.name && !place.devices.some((device) => device.name === name),
  );

/** Returns the resource of a matching rule that is missing from the chains of a place. */
export const lostRule = (
  { owners, facts }: Known,
  kind: "NatRule" | "FilterRule",
  place: Place,
  fits: (args: Args) => boolean,
): Owner | undefined => {
  const marks = (facts.get(place)?.chains ?? []).flatMap(({ rules }) =>
    rules.flatMap(({ comment = "" }) => comment.split(",")[0] ?? []),
  );
  return owners.find(
    kind,
    (args) =>
      args["namespace"] === place.name &&
      // Rules of firewalld carry no mark.
      args["backend"] !== "firewalld" &&
      !marks.includes(String(args["mark"])) &&
      fits(args),
  );
};
