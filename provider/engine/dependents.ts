import { type HostId, perHost } from "../linux/host/perHost";
import { isClaimed, nameOf } from "./claims";
import type { Args, Definition, Problem } from "./definition";
import { hasUnknown } from "./unknown";

/**
 * What a resource with several parts takes away or makes anew, others may hang on: the kernel takes them along, and the
 * engine does not know, as parts of a resource are none of its business.
 */

/** What the change of a resource with several parts does to objects that others may need. */
export interface Disruption {
  /** Are not there any more. */
  readonly deleted: readonly string[];
  /** Are others by the same name. */
  readonly recreated: readonly string[];
}

/** For this run of the engine, by the marks of those that are changed. */
const disruptionsOn = perHost(() => new Map<string, Disruption>());

export function noteDisruption(host: HostId, mark: string, lost: Disruption): void {
  const losses = disruptionsOn.of(host);
  if (lost.deleted.length + lost.recreated.length > 0) losses.set(mark, lost);
  else losses.delete(mark);
}

/** What of that which a resource needs others lose in this run. `whole` is the one that the resource itself is a part of. */
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
          reason: `needs ${object}, which ${nameOf(mark)} takes away: take this out of the program as well, or put that back`,
        })),
    ),
  };
}

/**
 * The engine asks for a difference only where arguments have changed: what is lost with something that another resource
 * makes anew is said among them. It is an argument of this run only, and of no definition.
 */
export const withRemade = (args: Args, remade: readonly string[]): Args =>
  remade.length === 0 ? args : { ...args, remade: [...new Set(remade)].join(", ") };

export const isRemade = ({ remade }: Args): boolean => remade !== undefined;

export const withoutRemade = ({ remade: _, ...args }: Args): Args => args;
