import fc from "fast-check";
import { everywhere, type Family, hostOf, networkOf } from "../ip";
import { freshName, type NatItem, type Ports } from "../program";
import { byName, type Growth, maybe, namesIn, pick, seldom } from "./common";
import { pickedPlace } from "./links";

type Args = NatItem["args"];

const port = fc.integer({ min: 1, max: 65535 });
export const rangeOf = (port: fc.Arbitrary<number>): fc.Arbitrary<string> =>
  fc.tuple(port, port).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
const range = rangeOf(port);
export const ports: fc.Arbitrary<Ports> = fc.oneof(
  port,
  range,
  fc.uniqueArray(port, { minLength: 1, maxLength: 4 }),
);

const network = fc.record({
  sign: seldom(fc.constant("!")),
  subnet: fc.integer({ min: 1, max: 20 }),
  isWhole: fc.boolean(),
  isAny: seldom(fc.constant(true)),
});
type Network = typeof network extends fc.Arbitrary<infer T> ? T : never;

/** The links that a rule matches. */
export const matchedLink = fc.constantFrom("eth0", "veth*", "!eth0", "!veth*", "eth0.100");

const rule = fc.record({
  byName,
  place: pick,
  kind: fc.constantFrom<Args["kind"]>("masquerade", "snat", "dnat", "redirect"),
  backend: maybe(fc.constantFrom<Args["backend"]>("nftables", "iptables")),
  family: fc.constantFrom<Family>("ipv4", "ipv6"),
  tellsFamily: fc.boolean(),
  source: maybe(network),
  destination: maybe(network),
  link: seldom(matchedLink),
  protocol: maybe(fc.constantFrom<Args["protocol"]>("tcp", "udp", "sctp", "esp", "ah")),
  ping: seldom(fc.constant(true)),
  port: maybe(ports),
  sourcePort: seldom(ports),
  to: fc.record({
    host: fc.integer({ min: 2, max: 6 }),
    isRange: fc.boolean(),
    ports: maybe(fc.oneof(port, range)),
  }),
  priority: seldom(fc.integer({ min: -2, max: 2 })),
  hasHairpin: seldom(fc.constant(true)),
});

export const natRules: fc.Arbitrary<Growth<NatItem>> = rule.map(
  ({ byName, place, kind, backend, family, tellsFamily, ...rest }) =>
    (program) => {
      const protocol = rest.ping ? (family === "ipv4" ? "icmp" : "icmpv6") : rest.protocol;
      const hasPorts = protocol === "tcp" || protocol === "udp" || protocol === "sctp";
      const isLeaving = kind === "masquerade" || kind === "snat";
      const source = rest.source && networkText(family, rest.source);
      // A dnat needs something else to narrow it.
      const destination =
        rest.destination || (kind === "dnat" && !source && !rest.link && !protocol)
          ? networkText(
              family,
              rest.destination ?? { subnet: 1, isWhole: true, sign: undefined, isAny: undefined },
            )
          : undefined;
      const toPorts = hasPorts ? rest.to.ports : undefined;
      const to =
        kind === "redirect"
          ? toPorts
          : kind === "masquerade"
            ? undefined
            : targetText(family, rest.to, toPorts);
      if (kind === "redirect" && to === undefined) return undefined;
      const isTold = [source, destination, kind === "redirect" ? undefined : to].some(
        (text) => text !== undefined,
      );
      return {
        ...{ kind: "NatRule", name: freshName("rule", namesIn(program)), formerly: undefined, byName },
        args: {
          ...{ kind, backend, source, destination, protocol, to, namespace: pickedPlace(program, place) },
          family: tellsFamily || (family === "ipv6" && !isTold) ? family : undefined,
          inInterface: isLeaving ? undefined : rest.link,
          outInterface: isLeaving ? rest.link : undefined,
          port: hasPorts ? rest.port : undefined,
          sourcePort: hasPorts ? rest.sourcePort : undefined,
          priority: rest.priority,
          hairpin: kind === "dnat" && rest.hasHairpin ? networkOf(family, TARGETS) : undefined,
        },
      };
    },
);

function networkText(family: Family, { sign, subnet, isWhole, isAny }: Network): string {
  return isAny ? everywhere(family) : (sign ?? "") + networkOf(family, subnet, isWhole);
}

/** The network of all targets. */
const TARGETS = 30;

function targetText(
  family: Family,
  { host, isRange }: { host: number; isRange: boolean },
  ports: number | string | undefined,
): string {
  const first = hostOf(family, TARGETS, host);
  const addresses = isRange ? `${first}-${hostOf(family, TARGETS, 9)}` : first;
  if (ports === undefined) return addresses;
  return family === "ipv4" ? `${addresses}:${ports}` : `[${addresses}]:${ports}`;
}
