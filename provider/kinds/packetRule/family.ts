import type { Problem } from "../../engine/definition";
import { hasUnknown, UNKNOWN } from "../../engine/unknown";
import { familyIn } from "../../fields/natTarget";
import type { Family } from "../../linux/ip";

/** A rule is of one family, which what it names of addresses tells. */

/** The family of a rule that names none: the one of the addresses given; not known yet where none of these is. */
export function familyAmong(given: readonly unknown[]): string {
  const families = given.map((text) => (typeof text === "string" ? familyIn(text) : undefined));
  const otherwise = given.includes(UNKNOWN) ? UNKNOWN : "ipv4";
  return families.find((family) => family !== undefined) ?? otherwise;
}

/** Unknown as long as an address is: whatever that will be, it is hardly ever of the other family. */
export const onFamilyChange = (_: unknown, now: unknown) => (hasUnknown(now) ? "update" : "replace");

/** An address, network or target of the other family, or the first one of a list. */
export function familyProblem(
  property: string,
  given: string | readonly string[] | undefined,
  family: Family,
): Problem[] {
  const other = [given ?? []].flat().find((text) => (familyIn(text) ?? family) !== family);
  if (other === undefined) return [];
  const reason = `is ${other}, but the rule is of ${family}: a rule is of one family, so make one for each`;
  return [{ property, reason }];
}
