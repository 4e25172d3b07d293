import fc from "fast-check";
import { type Family, networkOf } from "../ip";
import { linkOf, linksOf } from "../links";
import { freshName, type PolicyItem, type Program, picked } from "../program";
import { byName, type Growth, maybe, namesIn, pick, seldom } from "./common";
import { pickedPlace } from "./links";
import { rangeOf } from "./natRule";

type Args = PolicyItem["args"];

const network = fc.record({ subnet: fc.integer({ min: 1, max: 6 }), isWhole: fc.boolean() });

const port = fc.integer({ min: 1, max: 65534 });
const range = rangeOf(port);

const link = fc.oneof(pick, fc.constant<"lo">("lo"));

const selectors = fc.record({
  from: maybe(network),
  to: seldom(network),
  iif: seldom(link),
  oif: seldom(link),
  fwmark: maybe(fc.constantFrom("0x10", "16", "0x10/0xff", "0x0/0xff00", 0, 42, 0xffff_ffff)),
  ipproto: seldom(fc.constantFrom<Args["ipproto"]>("tcp", "udp", "sctp", "icmp", "icmpv6", "esp", "ah")),
  sport: seldom(fc.oneof(port, range)),
  dport: seldom(fc.oneof(port, range)),
  // A sandbox has no other users.
  uidrange: seldom(fc.constantFrom(0, "0-0")),
  tos: seldom(fc.integer({ min: 1, max: 7 }).map((bits) => bits * 4)),
});

export const policyRules: fc.Arbitrary<Growth<PolicyItem>> = fc
  .record({
    byName,
    place: pick,
    selectors,
    // The kernel's own rules are at 32766 and 32767.
    priority: fc.constantFrom(1, 100, 101, 102, 103, 32_765, 40_000, 0xffff_ffff),
    family: fc.constantFrom<Family>("ipv4", "ipv6"),
    invert: seldom(fc.boolean()),
    action: seldom(fc.constantFrom<Args["action"]>("lookup", "blackhole", "unreachable", "prohibit")),
    table: fc.constantFrom<NonNullable<Args["table"]>>("main", "default", "local", 100, 200, 4_000_000_000),
    suppressPrefixlength: seldom(fc.integer({ min: 0, max: 32 })),
  })
  .map(({ byName, place, selectors, priority, family, ...rest }) => (program) => {
    const { from, to, iif: inner, oif: outer, ...packet } = selectors;
    const iif = linkRef(program, inner);
    const near = linkOf(program, iif);
    const namespace = near ? near.place : pickedPlace(program, place);
    const isLookup = rest.action === undefined || rest.action === "lookup";
    return {
      ...{ kind: "PolicyRule", name: freshName("policy", namesIn(program)), formerly: undefined, byName },
      args: {
        ...{ ...rest, ...packet, priority, namespace, iif },
        family: from || to ? undefined : family,
        from: from && networkOf(family, from.subnet, from.isWhole),
        to: to && networkOf(family, to.subnet, to.isWhole),
        oif: linkRef(program, outer, namespace),
        table: isLookup ? rest.table : undefined,
        suppressPrefixlength: isLookup ? rest.suppressPrefixlength : undefined,
      },
    };
  });

/** A link of the program, or the loopback, in the same place if given. */
function linkRef(program: Program, at: number | "lo" | undefined, ...place: (string | undefined)[]) {
  if (at === undefined || at === "lo") return at;
  const links = linksOf(program).filter((link) => place.length === 0 || place.includes(link.place));
  return picked(links, at)?.ref;
}
