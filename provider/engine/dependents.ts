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
 * Returns which dependencies of a resource other composites disrupt in this run. `whole` is the composite that the resource
 * is a part of.
 */
export function disruptedNeeds(
  definition: Definition,
  host: HostId,
  args: Args,
  whole?: unknown,
): { remade: string[]; problems: Problem[] } {
  const others = [...disruptionsOn.of(host)].filter(([mark]) => mark !== whole);
  if (others.length === 0 || hasUnknown(args)) return { remade: [], problems: [] };
  const needs = [...(definition.needs?.(args) ?? []), ...(definition.needsAny?.(args) ?? [])];
  const lostIn = (object: string, { deleted: taken, recreated: remade }: Disruption) =>
    [...taken, ...remade].includes(object);
  const isMissing = (object: string, { deleted }: Disruption) =>
    deleted.includes(object) && !isClaimed(host, object);
  return {
    remade: needs.filter((object) => others.some(([, lost]) => lostIn(object, lost))),
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

/**
 * The engine asks for a diff only if arguments have changed. This extra argument lists the recreated dependencies; it exists
 * in this run only and is not part of any definition.
 */
export const withRemade = (args: Args, remade: readonly string[]): Args =>
  remade.length === 0 ? args : { ...args, remade: [...new Set(remade)].join(", ") };

export const isRemade = ({ remade }: Args): boolean => remade !== undefined;

export const withoutRemade = ({ remade: _, ...args }: Args): Args => args;
