import { listIn } from "../../fields/filter";
import { parsePorts } from "../../linux/protocols";
import { familyAmong } from "../packetRule/family";
import type { FilterRuleArgs } from "./args";

/** A rule in a map, which may leave the family to a default. */
type NamedRule = Omit<FilterRuleArgs, "mark" | "family"> & {
  readonly name: string;
  readonly family?: FilterRuleArgs["family"] | undefined;
};

/**
 * Finds rules of a map whose order depends on chance, each with the first such rule before it. Of equal priority, the
 * rule created first is evaluated first. A map of Pulumi has no order, and a renamed or repaired rule is created last.
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

/** Fields with one value per packet. */
const WORDS = ["protocol", "icmpType", "state"] as const;
const PORTS = ["port", "sourcePort"] as const;

/**
 * Whether it is easy to tell that no packet matches both rules. Addresses and links are not compared, because a false
 * report is better than a missing one.
 */
const areApart = (one: NamedRule, other: NamedRule): boolean =>
  WORDS.some((field) => shareNothing(listIn(one[field]), listIn(other[field]), isSame)) ||
  PORTS.some((field) => shareNothing(listIn(one[field]), listIn(other[field]), overlap));

/** A field that is not set matches everything. */
const shareNothing = <T>(some: readonly T[], others: readonly T[], meet: (one: T, other: T) => boolean) =>
  some.length > 0 && others.length > 0 && !some.some((one) => others.some((other) => meet(one, other)));

const isSame = (one: string, other: string): boolean => one === other;

function overlap(one: number | string, other: number | string): boolean {
  const [[first, last], [from, to]] = [spanOf(one), spanOf(other)];
  return first <= to && from <= last;
}

const spanOf = (port: number | string) => parsePorts(String(port)) ?? [1, 65535];
