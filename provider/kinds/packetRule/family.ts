import type { Problem } from "../../engine/definition";
import { hasUnknown, UNKNOWN } from "../../engine/unknown";
import { familyIn } from "../../fields/natTarget";
import type { Family } from "../../linux/ip";

/** The family of a rule, which follows from its addresses. */

/** Returns the default family: that of the given addresses. Unknown while none of them is known. */
export function familyAmong(given: readonly unknown[]): string {
  const families = given.map((text) => (typeof text === "string" ? familyIn(text) : undefined));
  const otherwise = given.includes(UNKNOWN) ? UNKNOWN : "ipv4";
  return families.find((family) => family !== undefined) ?? otherwise;
}

/** A change of the family. While an address is unknown, it is not expected to change. */
export const onFamilyChange = (_: unknown, now: unknown) => (hasUnknown(now) ? "update" : "replace");

/** Reports an address, network or target of the other family, or the first one of a list. */
export function familyProblem(
  property: string,
  given: string | readonly string[] | undefined,
  family: Family,
): Problem[] {
  const other = [given ?? []].flat().find((text) => (familyIn(text) ?? family) !== family);
  if (other === undefined) return [];
  const reason = `is ${other}, but the family of the rule is ${family}: create one rule for each family`;
  return [{ property, reason }];
}
