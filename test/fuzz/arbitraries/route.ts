import fc from "fast-check";
import { type Family, FIRST_GATEWAY, familyOf, hostOf, subnetOf } from "../ip";
import { linkOf, linksOf } from "../links";
import { freshName, type Nexthop, ofKind, type Program, picked, type RouteItem } from "../program";
import { covers } from "../reach";
import { byName, type Growth, namesIn, pick, seldom } from "./common";
import { pickedPlace } from "./links";

const way = fc.record({
  gateway: pick,
  hasGateway: fc.boolean(),
  hasLink: fc.boolean(),
  isOnlink: seldom(fc.constant(true)),
  weight: seldom(fc.integer({ min: 1, max: 256 })),
});
type Way = typeof way extends fc.Arbitrary<infer T> ? T : never;

const target = fc.record({
  byName,
  place: pick,
  family: fc.constantFrom<Family>("ipv4", "ipv6"),
  network: fc.integer({ min: 0, max: 5 }),
  metric: seldom(fc.integer({ min: 1, max: 9000 })),
  table: seldom(
    fc.constantFrom<RouteItem["args"]["table"]>("main", "default", "local", 254, 100, 4_000_000_000),
  ),
  mtu: seldom(fc.integer({ min: 1280, max: 9000 })),
});

export const routes: fc.Arbitrary<Growth<RouteItem>> = fc
  .record({
    target,
    type: seldom(
      fc.constantFrom<RouteItem["args"]["type"]>("unicast", "blackhole", "unreachable", "prohibit"),
    ),
    ways: fc.oneof(
      { weight: 4, arbitrary: fc.tuple(way) },
      { weight: 1, arbitrary: fc.array(way, { minLength: 2, maxLength: 3 }) },
    ),
    crossing: seldom(fc.constant(true)),
    source: seldom(pick),
  })
  .map(({ target, type, ways, crossing, source: at }) => (program) => {
    const { place: where, network, byName, family, ...rest } = target;
    const place = pickedPlace(program, where);
    const found = ways.flatMap((way) => wayIn(program, place, crossing ? "ipv6" : family, way) ?? []);
    const [first, second] = found;
    const source = at === undefined ? undefined : sourceIn(program, place, family, at);
    const none = { via: undefined, interface: undefined, onlink: undefined, nexthops: undefined };
    const isDeadEnd = type !== undefined && type !== "unicast";
    if (!isDeadEnd && !first) return undefined;
    const leading =
      isDeadEnd || !first
        ? none
        : second
          ? { ...none, nexthops: found }
          : { ...withoutWeight(first), nexthops: undefined };
    return {
      ...{ kind: "Route", name: freshName("way", namesIn(program)), formerly: undefined, byName },
      args: {
        ...{ ...rest, type, namespace: place, source: isDeadEnd ? undefined : source },
        destination: destinationOf(family, network),
        ...leading,
      },
    };
  });

const withoutWeight = ({ weight: _, ...way }: Nexthop) => way;

/** The first two reach everywhere. `default` alone has a family only by its gateway. */
function destinationOf(family: Family, network: number): string {
  const isV4 = family === "ipv4";
  if (network === 0) return "default";
  if (network === 1) return isV4 ? "0.0.0.0/0" : "::/0";
  return isV4 ? `172.16.${network}.0/24` : `2001:db8:${network}::/48`;
}

/** A way out of a place: by a gateway that an address covers, by one that is declared a neighbour, or by a link alone. */
function wayIn(program: Program, place: string | undefined, family: Family, given: Way): Nexthop | undefined {
  const { gateway, hasGateway, hasLink, isOnlink, weight } = given;
  const number = FIRST_GATEWAY + (gateway % 3);
  const reaching = ofKind(program, "Address").filter(
    (address) =>
      linkOf(program, address.args.interface)?.place === place && covers(program, address, family, number),
  );
  const near = picked(reaching, gateway);
  const link = picked(
    linksOf(program).filter(
      (link) => link.place === place && link.up && (family === "ipv4" || link.mtu >= 1280),
    ),
    gateway,
  );
  if (isOnlink && link) return { via: hostOf(family, 99, number), interface: link.ref, weight, onlink: true };
  if (near && (hasGateway || !link)) {
    const { address, peer } = near.args;
    const via = hostOf(family, subnetOf(peer ?? address), number);
    return { via, interface: hasLink ? near.args.interface : undefined, weight, onlink: undefined };
  }
  return link && { via: undefined, interface: link.ref, weight, onlink: undefined };
}

function sourceIn(
  program: Program,
  place: string | undefined,
  family: Family,
  at: number,
): string | undefined {
  const own = ofKind(program, "Address").filter(
    ({ args }) => familyOf(args.address) === family && linkOf(program, args.interface)?.place === place,
  );
  return picked(own, at)?.args.address.split("/")[0];
}
