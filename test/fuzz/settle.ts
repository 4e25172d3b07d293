import { isDeepStrictEqual } from "node:util";
import { formerly, isMovedAway, losesIpv4, refBefore } from "./before";
import { claimsOf, placeText } from "./claims";
import { belongs } from "./composites";
import { filterStands, letsEngineTalk } from "./filterRules";
import { familyOf, subnetOf } from "./ip";
import { type Link, linkOf, linksOf } from "./links";
import { isIpv4, natFamily } from "./model/nat";
import { neighborStands } from "./neighbors";
import { policyStands } from "./policyRules";
import {
  type AddressItem,
  type BridgeItem,
  type CableItem,
  type End,
  type Item,
  type NamespaceItem,
  type NatItem,
  ofKind,
  type Program,
  type RouteItem,
  type SysctlItem,
} from "./program";
import { covers, networkOf } from "./reach";
import { isDeadEnd, routeFamily, waysOf } from "./routes";
import { isValueOf, pathOf } from "./sysctls";

/**
 * The part of a program that the kernel can have and one run of the engine can reach from the program `before`. Resources that do not fit
 * are left out with their dependents.
 */
export function settle(program: Program, before: Program = []): Program {
  const kept: Item[] = [];
  for (const item of program) if (fits(item, kept, program, before)) kept.push(item);
  // A dependency may be declared later, or may have been left out meanwhile.
  return kept.length === program.length ? kept : settle(kept, before);
}

function fits(item: Item, kept: Program, program: Program, before: Program): boolean {
  return (
    isFree(item, kept, program, before) && belongs(item, kept, program) && stands(item, kept, program, before)
  );
}

function stands(item: Item, kept: Program, program: Program, before: Program): boolean {
  switch (item.kind) {
    case "Namespace":
      return keepsKeys(item, program, before);
    case "Node":
      return program.filter((one) => one.within === item.name && one.kind === "Namespace").length === 1;
    case "Topology":
      return true;
    case "NatRule":
      return isPlace(kept, item.args.namespace) && natStands(item) && sparesEngine(item);
    case "FilterRule":
      return isPlace(kept, item.args.namespace) && filterStands(item) && letsEngineTalk(item);
    case "Bridge":
      return bridgeStands(item, kept);
    case "Link":
      return endStands(item.args, kept);
    case "VethPair":
      return cableStands(item, kept, before);
    case "Address":
      return addressStands(item, kept, program, before);
    case "Route":
      return routeStands(item, kept, before);
    case "Neighbor":
      return neighborStands(item, kept, program, before);
    case "PolicyRule":
      return isPlace(kept, item.args.namespace) && policyStands(item, kept);
    case "Sysctl":
      return sysctlStands(item, kept, program);
  }
}

/** Whether its kernel objects differ from those of all other resources, and of those that the run may still have to delete. */
function isFree(item: Item, kept: Program, program: Program, before: Program): boolean {
  const claims = claimsOf(program, item);
  const isTaken = (other: Program) => (one: Item) =>
    claimsOf(other, one).some((claim) => claims.includes(claim));
  const isAliasOf = (other: Item) => other.kind === item.kind && other.formerly === item.name;
  return (
    new Set(claims).size === claims.length &&
    !program.some(isAliasOf) &&
    !kept.some(isTaken(program)) &&
    (item.takesOver === true ||
      !before
        .filter(
          (one) => `${one.kind} ${one.name}` !== formerly(item) || one.within !== homeBefore(item, program),
        )
        .some(isTaken(before)))
  );
}

/** The name of its composite in the previous program. */
function homeBefore({ within }: Item, program: Program): string | undefined {
  const home = program.find(({ name }) => name === within);
  return home?.formerly ?? home?.name;
}

/**
 * A removed key keeps its value (docs/kinds/namespace.md), which a model cannot know. The same holds for a key of a namespace that
 * another resource takes over.
 */
function keepsKeys(item: NamespaceItem, program: Program, before: Program): boolean {
  const isIt = (one: NamespaceItem) =>
    `Namespace ${one.name}` === formerly(item) ||
    placeText(before, one.name) === placeText(program, item.name);
  const keys = Object.keys(item.args.sysctls ?? {}).map(pathOf);
  return ofKind(before, "Namespace")
    .filter(isIt)
    .every(({ args }) => Object.keys(args.sysctls ?? {}).every((key) => keys.includes(pathOf(key))));
}

const isPlace = (kept: Program, place: string | undefined): boolean =>
  place === undefined || ofKind(kept, "Namespace").some(({ name }) => name === place);

function bridgeStands({ args: { namespace, stp, forwardDelay } }: BridgeItem, kept: Program): boolean {
  return isPlace(kept, namespace) && !(stp && forwardDelay !== undefined && forwardDelay < 2);
}

function cableStands(
  { name, args: { end, peer }, ...item }: CableItem,
  kept: Program,
  before: Program,
): boolean {
  // Several cables between bridges may form a loop, in which frames circulate for ever.
  const others = [...ofKind(kept, "VethPair"), ...ofKind(before, "VethPair")].filter(
    (one) => one.name !== name && one.name !== item.formerly,
  );
  const isLoop =
    end.bridge !== undefined &&
    (end.bridge === peer.bridge || (peer.bridge !== undefined && others.some(joinsBridges)));
  return endStands(end, kept) && endStands(peer, kept) && !isLoop;
}

/** A link in a namespace, or a port in its bridge's namespace. */
const endStands = (
  { namespace, bridge, mtu = 1500 }: Pick<End, "namespace" | "bridge" | "mtu">,
  kept: Program,
): boolean =>
  bridge === undefined
    ? isPlace(kept, namespace)
    : namespace === undefined && mtu >= 1280 && ofKind(kept, "Bridge").some((one) => one.name === bridge);

const joinsBridges = ({ args: { end, peer } }: CableItem): boolean =>
  end.bridge !== undefined && peer.bridge !== undefined;

/** A link needs 1280 bytes for IPv6. */
const takes = (link: Link, address: string): boolean =>
  familyOf(address) === "ipv4" || (link.up && link.mtu >= 1280);

function addressStands(item: AddressItem, kept: Program, program: Program, before: Program): boolean {
  const { address, scope = "global" } = item.args;
  const link = linkOf(kept, item.args.interface);
  // Bridges follow ports, which come later.
  const whole = linkOf(program, item.args.interface);
  if (!link || !whole || !takes(whole, address) || !hasForm(item)) return false;
  if (isMovedAway(item, link, program, before) || isDuplicate(item, [...kept, ...before])) return false;
  const subnet = networkOf(item).subnet;
  if (Number.isNaN(subnet)) return true;
  const place = placeText(program, link.place);
  const neighbours = (other: Program) =>
    ofKind(other, "Address").flatMap((one) => {
      const where = linkOf(other, one.args.interface);
      const isNear = where && placeText(other, where.place) === place && networkOf(one).subnet === subnet;
      return isNear && one.name !== item.name ? [{ one, owner: refBefore(other, where) }] : [];
    });
  const owner = refBefore(program, link);
  // The kernel would choose among links with the same subnet. Within one network of a link all addresses have the same scope.
  const isLone = neighbours(kept).every((near) => near.owner === owner && agrees(near.one, item, scope));
  const willGo = (one: AddressItem) =>
    !ofKind(program, "Address").some((later) => formerly(later) === `Address ${one.name}`);
  const isFree = neighbours(before).every(
    (near) =>
      (near.owner === owner || !willGo(near.one)) && (near.owner !== owner || agrees(near.one, item, scope)),
  );
  return isLone && isFree;
}

/** Duplicate address detection finds an address that the other end of a cable has as well. */
const isDuplicate = (item: AddressItem, others: Program): boolean =>
  ofKind(others, "Address").some(
    (one) =>
      one.name !== item.name &&
      localOf(one) === localOf(item) &&
      [one, item].some(({ args: { nodad } }) => nodad === false),
  );

const localOf = ({ args: { address } }: AddressItem): string | undefined => address.split("/")[0];

/** With a peer the prefix length is the peer's. Only IPv4 has a choice of scope, and only IPv6 has `nodad`. */
function hasForm({ args: { address, peer, scope, nodad } }: AddressItem): boolean {
  const isV4 = familyOf(address) === "ipv4";
  const isWhole = address.endsWith(isV4 ? "/32" : "/128");
  const isPaired = peer === undefined || (isWhole && familyOf(peer) === familyOf(address));
  return isPaired && (isV4 ? nodad === undefined : scope === undefined);
}

const agrees = (one: AddressItem, item: AddressItem, scope: string): boolean =>
  familyOf(one.args.address) === "ipv6" ||
  familyOf(item.args.address) === "ipv6" ||
  networkOf(one).prefix !== networkOf(item).prefix ||
  (one.args.scope ?? "global") === scope;

function routeStands(item: RouteItem, kept: Program, before: Program): boolean {
  const { args } = item;
  const { namespace: place, source, mtu, nexthops } = args;
  const family = routeFamily(args);
  const addresses = ofKind(kept, "Address").filter(
    (address) => linkOf(kept, address.args.interface)?.place === place,
  );
  const ways = waysOf(args).map((way) => ({ way, link: linkOfWay(kept, addresses, way) }));
  const areTold = ways.every(({ way: { via, interface: ref, onlink }, link }) => {
    if (!link?.up || link.place !== place) return false;
    if (ref !== undefined && link.ref !== ref) return false;
    if ((family === "ipv6" || (via && familyOf(via) === "ipv6")) && link.mtu < 1280) return false;
    if (via === undefined) return !onlink && !(nexthops && family === "ipv6");
    if (onlink && familyOf(via) === "ipv4" && !hasLocalTable(kept, place)) return false;
    return !(family === "ipv6" && familyOf(via) === "ipv4") && (!onlink || ref !== undefined);
  });
  const hasSource =
    source === undefined ||
    (!isDeadEnd(args.type) &&
      familyOf(source) === family &&
      !source.startsWith("fe80:") &&
      addresses.some(({ args: { address, nodad } }) => address.split("/")[0] === source && nodad !== false));
  const hasTwin = ways.some(({ way: one }, at) =>
    ways.some(
      ({ way: other }, index) => index < at && other.via === one.via && other.interface === one.interface,
    ),
  );
  return (
    isPlace(kept, place) &&
    hasShape(args) &&
    areTold &&
    hasSource &&
    !hasTwin &&
    ways.every(({ link }) => !link || !losesIpv4(link, kept, before)) &&
    // The kernel lowers the MTU of an IPv6 route with that of its link.
    (mtu === undefined ||
      family === "ipv4" ||
      (mtu >= 1280 && ways.every(({ link }) => mtu <= (link?.mtu ?? mtu)))) &&
    survives(item, kept, before) &&
    !isLeft(item, kept, before)
  );
}

/** The kernel creates the table with the first IPv4 address, which is that of `lo`, and accepts no gateway without it. */
const hasLocalTable = (kept: Program, place: string | undefined): boolean =>
  ofKind(kept, "Namespace").every(({ name, args }) => name !== place || args.loopback !== false);

/** Whether an address that the route needs is now elsewhere: see `isMovedAway`. */
function isLeft(item: RouteItem, kept: Program, before: Program): boolean {
  const place = (program: Program, { args }: AddressItem) => linkOf(program, args.interface)?.place;
  const old = before.findIndex((one) => `${one.kind} ${one.name}` === formerly(item));
  return ofKind(before.slice(0, Math.max(old, 0)), "Address")
    .filter((address) => place(before, address) === item.args.namespace)
    .some((address) => {
      const now = ofKind(kept, "Address").find((one) => formerly(one) === `Address ${address.name}`);
      return now !== undefined && place(kept, now) !== item.args.namespace;
    });
}

/** A dead end, one way or several. */
function hasShape({ type, via, interface: link, onlink, nexthops, source }: RouteItem["args"]): boolean {
  const isSingle = via !== undefined || link !== undefined;
  if (isDeadEnd(type)) return !isSingle && !onlink && nexthops === undefined && source === undefined;
  // Without its link, a way may equal another one to the same gateway.
  const gateways = (nexthops ?? []).flatMap((way) => way.via ?? []);
  const isTwice = new Set(gateways).size < gateways.length;
  return nexthops ? !isSingle && !onlink && !isTwice : isSingle;
}

/** The link of a way. The default is the one whose address covers the gateway. */
export function linkOfWay(
  program: Program,
  addresses: readonly AddressItem[],
  {
    via,
    interface: ref,
    onlink,
  }: { via: string | undefined; interface: string | undefined; onlink: boolean | undefined },
): Link | undefined {
  if (via === undefined || onlink) return linkOf(program, ref);
  const number = Number(/(\d+)$/.exec(via)?.[1]);
  const near = addresses.find(
    (address) =>
      networkOf(address).subnet === subnetOf(via) && covers(program, address, familyOf(via), number),
  );
  return linkOf(program, near?.args.interface);
}

/**
 * The kernel drops routes when their link goes down, or loses its last IPv4 address or IPv6. A run only learns this by a refresh, so such
 * a route is left out or differs.
 */
function survives(item: RouteItem, kept: Program, before: Program): boolean {
  const old = ofKind(before, "Route").find((one) => `Route ${one.name}` === formerly(item));
  if (!old) return true;
  const addresses = ofKind(before, "Address").filter(
    (address) => linkOf(before, address.args.interface)?.place === old.args.namespace,
  );
  return waysOf(old.args).every((way) => {
    const was = linkOfWay(before, addresses, way);
    if (!was) return true;
    const now = linksOf(kept).find((link) => refBefore(kept, link) === was.ref);
    // A replaced link replaces its routes.
    if (!now || !isDeepStrictEqual([now.name, now.place], [was.name, was.place])) return true;
    return now.up && (now.mtu >= 1280 || was.mtu < 1280) && !losesIpv4(now, kept, before);
  });
}

function natStands({ args }: NatItem): boolean {
  const { kind, source, destination, inInterface, outInterface, protocol, port, sourcePort, to } = args;
  const isLeaving = kind === "masquerade" || kind === "snat";
  const target = to === undefined ? undefined : String(to);
  const isPort = target !== undefined && /^\d+(-\d+)?$/.test(target);
  const hasPort =
    isPort || (target !== undefined && /\]:|^[\d.-]+:/.test(target)) || (port ?? sourcePort) !== undefined;
  const isTarget =
    { masquerade: target === undefined, redirect: isPort }[String(kind)] ?? (target !== undefined && !isPort);
  const family = natFamily(args);
  const isOwn = (text: string | undefined) => text === undefined || isIpv4(text) === (family === "ipv4");
  return (
    isTarget &&
    (isLeaving ? inInterface : outInterface) === undefined &&
    (!hasPort || protocol === "tcp" || protocol === "udp" || protocol === "sctp") &&
    !isPortMap(port, target) &&
    (args.hairpin === undefined || (kind === "dnat" && isOwn(args.hairpin))) &&
    (protocol !== "icmp" || family === "ipv4") &&
    (protocol !== "icmpv6" || family === "ipv6") &&
    [source, destination, isPort ? undefined : target].every(isOwn) &&
    (kind !== "dnat" || (destination ?? source ?? inInterface ?? protocol) !== undefined)
  );
}

/** The kernel maps ranges of equal length one to one, which the model does not cover. */
function isPortMap(port: NatItem["args"]["port"], target: string | undefined): boolean {
  const length = (text: string | undefined) => {
    const [, first, last] = /(\d+)-(\d+)$/.exec(text ?? "") ?? [];
    return Number(last) - Number(first);
  };
  return length(String(port)) > 0 && length(String(port)) === length(target);
}

/** The engine talks to the provider by TCP on 127.0.0.1 of the host, so a rule that takes those packets would stop both. */
function sparesEngine({ args }: NatItem): boolean {
  const { namespace, kind, source, destination, inInterface, outInterface, protocol } = args;
  const isNarrow = (network: string | undefined) =>
    network !== undefined && !network.startsWith("!") && !network.endsWith("/0");
  const link = inInterface ?? outInterface;
  return (
    namespace !== undefined ||
    natFamily(args) === "ipv6" ||
    (protocol !== undefined && protocol !== "tcp") ||
    (link !== undefined && !link.startsWith("!")) ||
    (kind === "dnat" && destination === undefined) ||
    (kind === "masquerade" && outInterface === undefined) ||
    isNarrow(source) ||
    isNarrow(destination)
  );
}

function sysctlStands(
  { args: { key, value, link: ref, namespace } }: SysctlItem,
  kept: Program,
  program: Program,
): boolean {
  if (!isValueOf(key, value)) return false;
  if (!key.includes("LINK")) return isPlace(kept, namespace);
  const link = linkOf(kept, ref);
  const whole = linkOf(program, ref);
  const isThere = !key.includes("ipv6") || (whole !== undefined && whole.mtu >= 1280);
  return link !== undefined && link.place === namespace && isThere;
}
