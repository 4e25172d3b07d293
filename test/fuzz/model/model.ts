import { sysctlPath } from "../claims";
import { isInNode } from "../compositeArgs";
import { familyOf } from "../ip";
import { type Link, linkOf, linksOf, placeName } from "../links";
import {
  type AddressItem,
  type FilterItem,
  type Item,
  type NatItem,
  ofKind,
  type Program,
  type RouteItem,
} from "../program";
import { metricOf, routeFamily, tableOf, targetOf, waysOf } from "../routes";
import { linkOfWay } from "../settle";
import { pathOf, type Sysctls, sysctlLines } from "../sysctls";
import { filterLine } from "./filter";
import { natLines } from "./nat";
import { neighborLine } from "./neighbor";
import { policyLine } from "./policyRule";

/**
 * The expected content of the kernel after a program is up, as sorted lines. Computed from the program alone, without the provider.
 * `kept` are parameters that a namespace keeps, as nothing resets them.
 */
export function model(program: Program, usual: Sysctls, kept: Sysctls = new Map()): string[] {
  return [
    ...ofKind(program, "Namespace").map(
      ({ args: { loopback }, ...item }) =>
        `namespace ${at(program, item.name)}, lo ${(loopback ?? true) ? "up" : "down"}, ${markOf("Namespace", item, at(program, item.name))}`,
    ),
    ...linksOf(program).map((link) => linkLine(program, link)),
    ...ofKind(program, "Address").map((item) => addressLine(program, item)),
    ...ofKind(program, "Route").map((item) => routeLine(program, item)),
    ...ofKind(program, "Neighbor").map((item) => {
      const link = linkOf(program, item.args.interface);
      return neighborLine(item, at(program, link?.place), String(link?.name));
    }),
    ...ofKind(program, "PolicyRule").map((item) =>
      policyLine(item, at(program, item.args.namespace), (ref) => linkOf(program, ref)?.name ?? ref),
    ),
    ...ofKind(program, "NatRule").flatMap((item) =>
      natLines(item, at(program, item.args.namespace), markOf("NatRule", item, ruleOf(program, item))),
    ),
    ...ofKind(program, "FilterRule").map((item) =>
      filterLine(item, at(program, item.args.namespace), markOf("FilterRule", item, ruleOf(program, item))),
    ),
    ...sysctlLines(new Map([...kept, ...sysctlsOf(program)]), usual),
  ].sort();
}

/** A namespace as lines name it. */
const at = (program: Program, place: string | undefined): string =>
  place === undefined ? "HOST" : placeName(program, place);

/** The name of a rule in a composite: one of a node has the node before it. */
const ruleOf = (program: Program, item: NatItem | FilterItem): string =>
  isInNode(program, item) ? `${at(program, item.args.namespace)}/${item.name}` : item.name;

/** A mark without its hash; a part of a composite is called by its place in there. */
const markOf = (kind: string, { name, within }: Pick<Item, "name" | "within">, part: string): string =>
  `pulumi-netns:${kind}:fuzz/test/${within === undefined ? name : `${within}/${plain(part)}`}`;

/** In the form of marks. */
const plain = (text: string): string => text.replace(/[^\w./+-]/g, "_");

function linkLine(program: Program, link: Link): string {
  const { ref, owner, kind, place, name, up, mtu, mac = "of the mark", bridge } = link;
  const details =
    kind === "bridge" ? bridgeWords(program, owner) : kind === "veth" ? farWords(program, ref) : [];
  const master = bridge === undefined ? [] : [`port of ${linkOf(program, bridge)?.name}`];
  const item = program.find((one) => one.name === owner);
  // The near end represents a cable.
  const known = kind === "veth" ? linkOf(program, `${owner}.end`) : link;
  const part = known?.place === undefined ? `${known?.name}` : `${at(program, known.place)}/${known.name}`;
  const of = item?.kind === "Link" ? item.args.of : String(item?.kind);
  const mark = markOf(of, { name: owner, within: item?.within }, part);
  return [
    `link ${at(program, place)} ${name}: ${kind} ${up ? "up" : "down"}`,
    ...[`mtu ${mtu}`, `mac ${mac}`, ...master, ...details, mark],
  ].join(", ");
}

function bridgeWords(program: Program, owner: string): string[] {
  const args = ofKind(program, "Bridge").find(({ name }) => name === owner)?.args;
  const { stp = false, forwardDelay = 15, ageingTime = 300, groupFwdMask = 0 } = args ?? {};
  return [`stp ${stp}`, `delay ${forwardDelay}`, `ageing ${ageingTime}`, `forwards ${groupFwdMask}`];
}

function farWords(program: Program, ref: string): string[] {
  const other = ref.endsWith(".end") ? ref.replace(/end$/, "peer") : ref.replace(/peer$/, "end");
  const far = linkOf(program, other);
  return [`leads to ${at(program, far?.place)} ${far?.name}`];
}

function addressLine(program: Program, item: AddressItem): string {
  const { interface: ref, address, peer, scope, nodad = true } = item.args;
  const link = linkOf(program, ref);
  const isV4 = familyOf(address) === "ipv4";
  const words = [
    ...(peer === undefined ? [address] : [`${address.split("/")[0]} peer ${peer}`]),
    scope ?? (address.startsWith("fe80:") ? "link" : "global"),
    ...(isV4 || !nodad ? [] : ["nodad"]),
  ];
  return `address ${at(program, link?.place)} ${link?.name}: ${words.join(" ")}`;
}

function routeLine(program: Program, item: RouteItem): string {
  const { args } = item;
  const family = routeFamily(args);
  const addresses = ofKind(program, "Address").filter(
    ({ args: { interface: ref } }) => linkOf(program, ref)?.place === args.namespace,
  );
  const ways = waysOf(args).map((way) => {
    const link = linkOfWay(program, addresses, way);
    return [
      ...(way.via === undefined ? [] : [`via ${way.via}`]),
      `dev ${link?.name}`,
      ...(args.nexthops ? [`weight ${way.weight ?? 1}`] : []),
      ...(way.onlink ? ["onlink"] : []),
    ].join(" ");
  });
  return [
    `route ${at(program, args.namespace)} ${args.type ?? "unicast"} ${targetOf(args)}`,
    `table ${tableOf(args)}`,
    `metric ${metricOf(args)}`,
    ...(args.source === undefined ? [] : [`src ${args.source}`]),
    ...(args.mtu === undefined ? [] : [`mtu ${args.mtu}`]),
    ...ways.sort(),
    ...[family, "proto 110"],
  ].join(", ");
}

/** Every set parameter, by place and path. */
function sysctlsOf(program: Program): Sysctls {
  const own = ofKind(program, "Sysctl").map(
    ({ args }) =>
      [`${at(program, args.namespace)} ${sysctlPath(program, args)}`, written(args.value)] as const,
  );
  const inner = ofKind(program, "Namespace").flatMap(({ name, args }) =>
    Object.entries(args.sysctls ?? {}).map(
      ([key, value]) => [`${at(program, name)} ${pathOf(key)}`, written(value)] as const,
    ),
  );
  return new Map([...inner, ...own]);
}

const written = (value: number | string | boolean): string =>
  typeof value === "boolean" ? String(Number(value)) : String(value);

/** The parameters that a namespace keeps once `sysctls` no longer names them, unless it is recreated. */
export function keptSysctls(before: Program, program: Program): Sysctls {
  const was = (item: Item) => item.formerly ?? item.name;
  const stayed = ofKind(program, "Namespace").flatMap((now) => {
    const old = ofKind(before, "Namespace").find(({ name }) => name === was(now));
    const isSame = old && at(before, old.name) === at(program, now.name);
    return isSame
      ? Object.entries(old.args.sysctls ?? {}).map(
          ([key, value]) => [`${at(program, now.name)} ${pathOf(key)}`, written(value)] as const,
        )
      : [];
  });
  return new Map(stayed);
}
