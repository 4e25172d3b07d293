import { listIn } from "../../fields/filter";
import { parsePorts } from "../../linux/protocols";
import { familyAmong } from "../packetRule/family";
import type { FilterRuleArgs } from "./args";

/** A rule as a map has it, which may leave the family to a default. */
type NamedRule = Omit<FilterRuleArgs, "mark" | "family"> & {
  readonly name: string;
  readonly family?: FilterRuleArgs["family"] | undefined;
};

/**
 * Rules of a map, each with the first before it of which chance would say whether it is asked earlier. Of equal priority the
 * one made first is asked first; but a map of Pulumi has no order, and a rule that is renamed or repaired is made last.
 */
export function rivals(
  rules: readonly NamedRule[],
): readonly (readonly [rule: NamedRule, rival: NamedRule])[] {
  const equals = new Map<string, NamedRule[]>();
  return rules.flatMap((rule) => {
    const before = equals.get(placeOf(rule)) ?? [];
    const rival = before.find((one) => one.verdict !== rule.verdict && !areApart(one, rule));
    before.push(rule);
    equals.set(placeOf(rule), before);
    return rival ? [[rule, rival] as const] : [];
  });
}

const placeOf = ({ namespace, chain, backend, dockerUser, priority, ...rule }: NamedRule): string => {
  const family = rule.family ?? familyAmong([rule.source, rule.destination].flat());
  return JSON.stringify([namespace, chain, family, backend, dockerUser, priority]);
};

/** Fields of which a packet has one value. */
const WORDS = ["protocol", "icmpType", "state"] as const;
const PORTS = ["port", "sourcePort"] as const;

/** Whether no packet can fit both, by what is told easily. Addresses and links are not looked at: it is better to ask. */
const areApart = (one: NamedRule, other: NamedRule): boolean =>
  WORDS.some((field) => shareNothing(listIn(one[field]), listIn(other[field]), isSame)) ||
  PORTS.some((field) => shareNothing(listIn(one[field]), listIn(other[field]), overlap));

/** Where either says nothing, everything fits. */
const shareNothing = <T>(some: readonly T[], others: readonly T[], meet: (one: T, other: T) => boolean) =>
  some.length > 0 && others.length > 0 && !some.some((one) => others.some((other) => meet(one, other)));

const isSame = (one: string, other: string): boolean => one === other;

function overlap(one: number | string, other: number | string): boolean {
  const [[first, last], [from, to]] = [spanOf(one), spanOf(other)];
  return first <= to && from <= last;
}

const spanOf = (port: number | string) => parsePorts(String(port)) ?? [1, 65535];
