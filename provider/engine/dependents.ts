import { type HostId, perHost } from "../linux/host/perHost";
import { isClaimed, nameOf } from "./claims";
import type { Args, Definition, Problem } from "./definition";
import { hasUnknown } from "./unknown";

/**
 * Resources can depend on parts of a composite. When the composite deletes or recreates such a part, the kernel deletes the
 * dependents as well. The engine cannot know, because it does not see the parts.
 */

/** The objects that a change of a composite deletes or recreates. */
export interface Disruption {
  /** Objects that no longer exist afterwards. */
  readonly deleted: readonly string[];
  /** Objects that are replaced by new ones of the same name. */
  readonly recreated: readonly string[];
}

/** Disruptions in this run of the engine, by the mark of the composite. */
const disruptionsOn = perHost(() => new Map<string, Disruption>());

export function noteDisruption(host: HostId, mark: string, lost: Disruption): void {
  const losses = disruptionsOn.of(host);
  if (lost.deleted.length + lost.recreated.length > 0) losses.set(mark, lost);
  else losses.delete(mark);
}

/**
 * Returns which dependencies of a resource other composites disrupt in this run. `recreated` lists those after
 * which the resource must be recreated as well. `whole` is the composite that it is a part of.
 */
export function disruptedNeeds(
  definition: Definition,
  host: HostId,
  args: Args,
  whole?: unknown,
): { recreated: string[]; problems: Problem[] } {
  const others = [...disruptionsOn.of(host)].filter(([mark]) => mark !== whole);
  if (others.length === 0 || hasUnknown(args)) return { recreated: [], problems: [] };
  const needs = [...(definition.needs?.(args) ?? []), ...(definition.needsAny?.(args) ?? [])];
  const lostIn = (object: string, { deleted, recreated }: Disruption) =>
    [...deleted, ...recreated].includes(object);
  const isMissing = (object: string, { deleted }: Disruption) =>
    deleted.includes(object) && !isClaimed(host, object);
  return {
    recreated: needs.filter((object) => others.some(([, lost]) => lostIn(object, lost))),
    problems: needs.flatMap((object) =>
      others
        .filter(([, lost]) => isMissing(object, lost))
        .map(([mark]) => ({
          property: definition.identity,
          reason: `needs ${object}, which ${nameOf(mark)} deletes. Remove this from the program too, or restore that`,
        })),
    ),
  };
}
