import { execa } from "execa";
import { type Sysctls, sysctlLines, usualKey } from "../sysctls";
import { filterLines } from "./filter";
import { type KernelLink, type KernelRoute, type Look, look, type Way } from "./look";
import { natLines } from "./nat";
import { neighborLines } from "./neighbor";
import { policyLines } from "./policyRule";

/**
 * The kernel's content as sorted lines, without what the kernel adds: addresses of the loopback, routes of its own protocol (2: to
 * connected networks and local addresses), and link-local addresses, which are those of fe80::/64 with more than a byte behind it.
 */
export async function picture(usual: Sysctls): Promise<string[]> {
  const looks = await look();
  return [
    ...looks.flatMap(({ place, links }) => links.flatMap((link) => linkLines(looks, place, link))),
    ...looks.flatMap(({ place, routes }) =>
      routes.filter(({ protocol }) => protocol !== "2").map((route) => routeLine(place, route)),
    ),
    ...looks.flatMap((one) => neighborLines(one)),
    ...looks.flatMap((one) => policyLines(one)),
    ...looks.flatMap((one) => natLines(one)),
    ...looks.flatMap((one) => filterLines(one)),
    ...sysctlLines(sysctlsIn(looks), usual),
  ].sort();
}

function linkLines(looks: readonly Look[], place: string, link: KernelLink): string[] {
  const { ifname, flags, mtu, address: mac = "", master, linkinfo, ifalias, addr_info } = link;
  const state = flags.includes("UP") ? "up" : "down";
  const addresses = addr_info
    .filter((one) => !isKernels(ifname, one.local))
    .map((one) => addressLine(place, ifname, one));
  const mark = withoutHash(ifalias);
  if (ifname === "lo")
    return [...(place === "HOST" ? [] : [`namespace ${place}, lo ${state}, ${mark}`]), ...addresses];
  const line = [
    `link ${place} ${ifname}: ${linkinfo.info_kind} ${state}`,
    `mtu ${mtu}`,
    `mac ${mac.startsWith("02:") ? "of the mark" : mac}`,
    ...(master === undefined ? [] : [`port of ${master}`]),
    ...(linkinfo.info_kind === "bridge" ? bridgeWords(linkinfo.info_data) : []),
    ...(linkinfo.info_kind === "veth" ? [farWord(looks, place, link)] : []),
    mark,
  ].join(", ");
  return [line, ...addresses];
}

export const withoutHash = (mark: string): string => mark.replace(/:[0-9a-f]{12}:/, ":");

const isKernels = (link: string, local: string): boolean =>
  link === "lo" ? local === "127.0.0.1" || local === "::1" : /^fe80::.{3}/.test(local);

function bridgeWords(data: Readonly<Record<string, unknown>>): string[] {
  const seconds = (key: string) => Number(data[key]) / 100;
  return [
    `stp ${Number(data["stp_state"]) !== 0}`,
    `delay ${seconds("forward_delay")}`,
    `ageing ${seconds("ageing_time")}`,
    `forwards ${Number(data["group_fwd_mask"])}`,
  ];
}

/** The other end of a cable, in any namespace. */
function farWord(
  looks: readonly Look[],
  place: string,
  { link, link_index: index, link_netnsid: id }: KernelLink,
) {
  if (id === undefined) return `leads to ${place} ${link ?? index}`;
  const far = looks.find((one) => one.place === place)?.names.get(id);
  const name = looks.find((one) => one.place === far)?.links.find(({ ifindex }) => ifindex === index)?.ifname;
  return `leads to ${far} ${name}`;
}

function addressLine(place: string, link: string, one: KernelLink["addr_info"][number]): string {
  const { local, address, prefixlen, scope, nodad } = one;
  const words = [
    address === undefined ? `${local}/${prefixlen}` : `${local} peer ${address}/${prefixlen}`,
    scope,
    ...(nodad ? ["nodad"] : []),
  ];
  return `address ${place} ${link}: ${words.join(" ")}`;
}

const TYPES: Readonly<Record<string, string>> = {
  1: "unicast",
  6: "blackhole",
  7: "unreachable",
  8: "prohibit",
};

function routeLine(place: string, route: KernelRoute): string {
  const { type, dst, table, metric, prefsrc, metrics, nexthops, protocol, pref } = route;
  // `default` does not show the family; only IPv6 has a preference (RFC 4191).
  const isV6 = dst.includes(":") || pref !== undefined;
  const target = dst === "default" ? (isV6 ? "::/0" : "0.0.0.0/0") : dst;
  const mtu = metrics.find((one) => one.mtu !== undefined)?.mtu;
  const ways = type === "1" ? (nexthops ?? [{ ...route, weight: undefined }]) : [];
  return [
    `route ${place} ${TYPES[type] ?? type} ${target}`,
    `table ${table}`,
    `metric ${metric}`,
    ...(prefsrc === undefined ? [] : [`src ${prefsrc}`]),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    ...ways.map(wayText).sort(),
    ...[isV6 ? "ipv6" : "ipv4", `proto ${protocol}`],
  ].join(", ");
}

function wayText({ gateway, via, dev, weight, flags }: Way): string {
  const address = gateway ?? via?.host;
  return [
    ...(address === undefined ? [] : [`via ${address}`]),
    `dev ${dev}`,
    ...(weight === undefined ? [] : [`weight ${weight}`]),
    ...(flags.includes("onlink") ? ["onlink"] : []),
  ].join(" ");
}

const sysctlsIn = (looks: readonly Look[]): Sysctls =>
  new Map(looks.flatMap(({ place, sysctls }) => sysctls.map(([path, value]) => [`${place} ${path}`, value])));

/** The kernel's defaults of parameters, by `usualKey`. A temporary link shows those of links. */
export async function readUsual(): Promise<Sysctls> {
  await execa("ip", ["link", "add", "name", "fuzz-probe", "type", "bridge"]);
  const looks = await look();
  await execa("ip", ["link", "del", "dev", "fuzz-probe"]);
  return new Map([...sysctlsIn(looks)].map(([key, value]) => [usualKey(key), value]));
}
