import { linkOf, linksOf, placeName } from "./links";
import { policyFamily } from "./policyRules";
import type { AddressItem, Item, NeighborItem, Program } from "./program";
import { networkOf } from "./reach";
import { metricOf, tableOf, targetOf } from "./routes";
import { pathOf } from "./sysctls";

/** The kernel objects of a resource. No two resources may share one, within a program or from one to the next. */
export function claimsOf(program: Program, item: Item): string[] {
  switch (item.kind) {
    case "Namespace": {
      const name = placeName(program, item.name);
      return [
        `namespace ${name}`,
        ...Object.keys(item.args.sysctls ?? {}).map((key) => `sysctl ${name} ${pathOf(key)}`),
      ];
    }
    case "Bridge":
    case "VethPair":
    case "Link":
      return linksOf(program)
        .filter(({ owner }) => owner === item.name)
        .flatMap(({ place, name, kind }) => [
          `link ${placeText(program, place)} ${name}`,
          // A Topology knows its bridges only by these names.
          ...(kind === "bridge" && item.within !== undefined ? [`bridge ${name} of ${item.within}`] : []),
        ]);
    case "Address":
      return [addressClaim(program, item)];
    case "Neighbor":
      return [neighborClaim(program, item)];
    case "Route":
      return [
        `route ${placeText(program, item.args.namespace)} ${targetOf(item.args)} ${tableOf(item.args)} ${metricOf(item.args)}`,
      ];
    case "Sysctl":
      return [`sysctl ${placeText(program, item.args.namespace)} ${sysctlPath(program, item.args)}`];
    case "PolicyRule":
      return [
        `policy ${placeText(program, item.args.namespace)} ${policyFamily(item.args)} ${item.args.priority}`,
      ];
    case "NatRule":
    case "FilterRule":
    case "Node":
    case "Topology":
      return [];
  }
}

/** The path of a parameter, with the name of its link. */
export const sysctlPath = (
  program: Program,
  { key, link }: { key: string; link: string | undefined },
): string => pathOf(key).replace("LINK", linkOf(program, link)?.name ?? "");

/** IPv6 has an address once per link, IPv4 once in each of its networks. */
function addressClaim(program: Program, item: AddressItem): string {
  const link = linkOf(program, item.args.interface);
  const [local] = item.args.address.split("/");
  const where = `${placeText(program, link?.place)} ${link?.name} ${local}`;
  if (item.args.address.includes(":")) return `address ${where}`;
  const { subnet, prefix } = networkOf(item);
  return `address ${where} of ${subnet}/${prefix}`;
}

/** Proxy entries have their own table. */
function neighborClaim(program: Program, { args }: NeighborItem): string {
  const link = linkOf(program, args.interface);
  const table = args.proxy ? "proxy" : "neighbor";
  return `${table} ${placeText(program, link?.place)} ${link?.name} ${args.address}`;
}

/** The identity of a namespace in names of kernel objects; empty for the host's own. */
export const placeText = (program: Program, place: string | undefined): string =>
  place === undefined ? "" : placeName(program, place);
