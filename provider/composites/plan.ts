import type { Args } from "../engine/definition";
import { type Disruption, disruptedNeeds } from "../engine/dependents";
import { difference } from "../engine/diff";
import { definitions } from "../kinds";
import type { HostId } from "../linux/host/perHost";
import { type CheckedPart, checkedPartsOf } from "./checkedParts";
import type { Composite } from "./composite";
import { lineOf, type MovedParts, movedParts } from "./lists";
import { connectedBy, isLedElsewhere } from "./ways";

/** The changes from a state to arguments. */
export interface Plan {
  /** Parts to remove, because they are no longer wanted or are recreated; each follows its dependents. */
  readonly gone: readonly CheckedPart[];
  /** Parts to create, because they are missing or will be deleted with a recreated part. */
  readonly made: readonly CheckedPart[];
  readonly changed: readonly { readonly was: CheckedPart; readonly part: CheckedPart }[];
  /** Addresses that change position in a list, by key. Each is removed just before it is added again. */
  readonly moved: ReadonlyMap<string, CheckedPart>;
  /** Unchanged parts. */
  readonly same: readonly CheckedPart[];
  /** The deleted and recreated objects that others may depend on. */
  readonly disruption: Disruption;
}

/** Dependents come later. So do routes with a gateway, which another route may make reachable. */
const rankOf = ({ definition, checked }: CheckedPart): number =>
  2 * definitions.indexOf(definition) +
  Number(checked["via"] !== undefined || checked["nexthops"] !== undefined);

/** Chooses the action for a part: create, recreate, change, or nothing. */
type Verdict = "make" | "replace" | "change" | "keep";

/** Returns the plan for arguments without unknown values. */
export function planOf(composite: Composite, host: HostId, olds: Args, args: Args): Plan {
  const parts = checkedPartsOf(composite, olds);
  const had = new Map(parts.map((part) => [part.key, part]));
  const wanted = checkedPartsOf(composite, args);
  const kept = new Set(wanted.map(({ key }) => key));
  const [before, now] = [connectedBy(parts), connectedBy(wanted)];
  // Creation restores what the kernel deletes with these parts, and repairs what they leave disconnected.
  const lost = new Set([...had.keys()].filter((key) => !kept.has(key)));
  const verdictOn = (part: CheckedPart): Verdict => {
    const was = had.get(part.key);
    if (!was) return "make";
    const { changed, replaces } = difference(was.definition, was.checked, part.checked);
    const isLost =
      was.note.failed === true ||
      was.on.some((owner) => lost.has(owner)) ||
      disruptedNeeds(part.definition, host, part.checked, args["mark"]).recreated.length > 0;
    // Creation treats an object with another mark as foreign.
    if (replaces.length > 0 || (isLost && was.checked["mark"] !== part.checked["mark"])) return "replace";
    if (was.definition.kind === "Route" && isLedElsewhere(before, now, part.checked)) return "replace";
    if (isLost) return "make";
    return changed.length > 0 ? "change" : "keep";
  };
  const replaced = new Set<string>();
  const moved = new Map<string, CheckedPart>();
  const made: CheckedPart[] = [];
  const changed: { was: CheckedPart; part: CheckedPart }[] = [];
  const same: CheckedPart[] = [];
  let moves: MovedParts | undefined;
  for (const part of [...wanted].sort((one, other) => rankOf(one) - rankOf(other))) {
    const was = had.get(part.key);
    const verdict = verdictOn(part);
    if (!was) {
      made.push(part);
      continue;
    }
    // Links come first, so the plan already knows which of them it recreates.
    moves ??= lineOf(part) === undefined ? undefined : movedParts(parts, wanted, standing(wanted, verdictOn));
    if (moves?.inTurn.has(part.key)) moved.set(part.key, was);
    if (verdict === "replace" || moves?.first.has(part.key)) replaced.add(part.key);
    if (verdict === "make" || replaced.has(part.key) || moved.has(part.key)) {
      lost.add(part.key);
      made.push(part);
    } else if (verdict === "change") changed.push({ was, part });
    else same.push(was);
  }
  const gone = parts.filter(({ key }) => !kept.has(key) || replaced.has(key));
  const disruption = disruptionOf(
    parts.filter(({ key }) => lost.has(key)),
    wanted,
  );
  return { gone, made, changed, moved, same, disruption };
}

/** Returns the keys of addresses that stay unchanged, apart from their position in a list. */
const standing = (wanted: readonly CheckedPart[], verdictOn: (part: CheckedPart) => Verdict): Set<string> =>
  new Set(
    wanted
      .filter((part) => lineOf(part) !== undefined && ["change", "keep"].includes(verdictOn(part)))
      .map(({ key }) => key),
  );

function disruptionOf(lost: readonly CheckedPart[], wanted: readonly CheckedPart[]): Disruption {
  const claimsOf = (parts: readonly CheckedPart[]) =>
    parts.flatMap(({ definition, checked }) => definition.objectNames(checked));
  const provided = lost.flatMap(({ definition, checked }) => definition.provides?.(checked) ?? []);
  const kept = new Set(claimsOf(wanted));
  const objects = claimsOf(lost);
  return {
    deleted: objects.filter((object) => !kept.has(object)),
    recreated: [...objects.filter((object) => kept.has(object)), ...new Set(provided)],
  };
}

export const isEmpty = ({ gone, made, changed }: Plan): boolean =>
  gone.length + made.length + changed.length === 0;
