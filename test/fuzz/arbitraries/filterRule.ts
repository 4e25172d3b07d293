import fc from "fast-check";
import { ICMP_TYPES, STATES } from "../filterRules";
import { type Family, networkOf } from "../ip";
import { type FilterItem, freshName, type Rejection } from "../program";
import { byName, type Growth, maybe, namesIn, pick, seldom } from "./common";
import { pickedPlace } from "./links";
import { matchedLink, ports } from "./natRule";

type Args = FilterItem["args"];

const networks = fc.record({
  sign: seldom(fc.constant("!")),
  subnets: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.integer({ min: 1, max: 20 })) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 3 }) },
  ),
  isWhole: fc.boolean(),
});
type Networks = typeof networks extends fc.Arbitrary<infer T> ? T : never;

const some = (words: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map(oneOrList);

function oneOrList(list: string[]): string | string[] {
  const [first = ""] = list;
  return list.length === 1 ? first : list;
}

const rule = fc.record({
  byName,
  place: pick,
  chain: fc.constantFrom<Args["chain"]>("input", "output", "forward"),
  family: fc.constantFrom<Family>("ipv4", "ipv6"),
  priority: maybe(fc.integer({ min: -2, max: 2 })),
  inInterface: seldom(matchedLink),
  outInterface: seldom(matchedLink),
  source: seldom(networks),
  destination: seldom(networks),
  protocol: maybe(fc.constantFrom<Args["protocol"]>("tcp", "udp", "sctp", "esp", "ah")),
  port: maybe(ports),
  sourcePort: seldom(ports),
  icmpTypes: fc.record({
    isAny: fc.boolean(),
    ipv4: some(Object.keys(ICMP_TYPES.ipv4)),
    ipv6: some(Object.keys(ICMP_TYPES.ipv6)),
  }),
  ping: seldom(fc.constant(true)),
  state: seldom(some(STATES)),
  verdict: fc.constantFrom<Args["verdict"]>("accept", "drop", "reject", "log"),
  rejectWith: maybe(
    fc.constantFrom<Rejection>(
      ...(["port-unreachable", "host-unreachable", "net-unreachable"] as const),
      ...(["admin-prohibited", "tcp-reset"] as const),
    ),
  ),
  logPrefix: maybe(fc.constantFrom("dropped: ", "a'b", "50% ")),
  logLevel: maybe(fc.constantFrom<Args["logLevel"]>("err", "warn", "info")),
});

export const filterRules: fc.Arbitrary<Growth<FilterItem>> = rule.map(
  ({ byName, place, chain, family, ping, icmpTypes, ...rest }) =>
    (program) => {
      const protocol = ping ? (family === "ipv4" ? "icmp" : "icmpv6") : rest.protocol;
      const hasPorts = protocol === "tcp" || protocol === "udp" || protocol === "sctp";
      const { verdict, rejectWith } = rest;
      const isReset = rejectWith === "tcp-reset";
      return {
        ...{ kind: "FilterRule", name: freshName("gate", namesIn(program)), formerly: undefined, byName },
        args: {
          ...{ ...rest, chain, protocol, namespace: pickedPlace(program, place) },
          family: rest.source || rest.destination ? undefined : family,
          inInterface: chain === "output" ? undefined : rest.inInterface,
          outInterface: chain === "input" ? undefined : rest.outInterface,
          source: rest.source && networksText(family, rest.source),
          destination: rest.destination && networksText(family, rest.destination),
          port: hasPorts ? rest.port : undefined,
          sourcePort: hasPorts ? rest.sourcePort : undefined,
          icmpType: ping && !icmpTypes.isAny ? icmpTypes[family] : undefined,
          rejectWith: verdict !== "reject" || (isReset && protocol !== "tcp") ? undefined : rejectWith,
          logPrefix: verdict === "log" ? rest.logPrefix : undefined,
          logLevel: verdict === "log" ? rest.logLevel : undefined,
        },
      };
    },
);

function networksText(family: Family, { sign, subnets, isWhole }: Networks): string | string[] {
  return oneOrList(subnets.map((subnet) => (sign ?? "") + networkOf(family, subnet, isWhole)));
}
