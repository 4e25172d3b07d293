import type { Args, Definition, Problem } from "./definition";
import { RefusedError } from "./errors";
import { parseMark } from "./mark";
import { hasUnknown } from "./unknown";

/**
 * Whose each kernel object is, for the life of this process: one run of the engine. A preview and the run after it
 * may share the process; a resource that claims its own object again is no conflict.
 */
const owners = new Map<string, string>();

/** Who needs each object, by their marks. */
const needers = new Map<string, Set<string>>();

/** Claims the kernel objects of a resource and notes what it needs, or tells which other resource has them. */
export function claim(definition: Definition, args: Args): Problem[] {
  const mark = String(args["mark"]);
  if (hasUnknown(args)) return [];
  for (const object of definition.needs?.(args) ?? []) {
    needers.set(object, (needers.get(object) ?? new Set()).add(mark));
  }
  return definition.claims(args).flatMap((object) => {
    const owner = owners.get(object) ?? mark;
    owners.set(object, owner);
    if (owner === mark) return [];
    return [
      {
        property: definition.identity,
        reason: `${object} is ${nameOf(owner)} already: two resources of a program cannot be the same kernel object, so name one of them otherwise or drop it`,
      },
    ];
  });
}

/**
 * Refuses to take away what the program has no more but goes on to need by name: the kernel would take what hangs on it
 * along, and nothing would tell.
 */
export function refuseIfNeeded(definition: Definition, args: Args): void {
  for (const object of definition.claims(args)) {
    const names = [...(needers.get(object) ?? [])].map(nameOf);
    if (names.length === 0 || owners.has(object)) continue;
    throw new RefusedError(
      `${object} is not deleted, as it is needed by ${names.join(", ")}: take that out of the program as well, or put ${nameOf(String(args["mark"]))} back`,
    );
  }
}

/** What the change of a resource with several parts does to objects that others may need. */
export interface Losses {
  /** Are not there any more. */
  readonly taken: readonly string[];
  /** Are others by the same name. */
  readonly remade: readonly string[];
}

/** For this run of the engine, by the marks of those that are changed. */
const losses = new Map<string, Losses>();

export const noteLosses = (mark: string, lost: Losses): void => {
  losses.set(mark, lost);
};

/** Every address of a namespace, as routes need them: the kernel takes a gateway only while an address covers it. */
export const addressesIn = (namespace: unknown): string => `addresses in ${namespace ?? "the host"}`;

/**
 * What of that which a resource needs others lose in this run. The kernel takes the resource along, and the engine would not know,
 * as parts of a resource are none of its business. `whole` is the one that the resource itself is a part of.
 */
export function lostTo(
  definition: Definition,
  args: Args,
  whole?: unknown,
): { remade: string[]; problems: Problem[] } {
  if (hasUnknown(args)) return { remade: [], problems: [] };
  const needs = [
    ...(definition.needs?.(args) ?? []),
    ...(definition.kind === "Route" ? [addressesIn(args["namespace"])] : []),
  ];
  const others = [...losses].filter(([mark]) => mark !== whole);
  const lostIn = (object: string, { taken, remade }: Losses) => [...taken, ...remade].includes(object);
  const isMissing = (object: string, { taken }: Losses) => taken.includes(object) && !owners.has(object);
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

function nameOf(mark: string): string {
  const { kind, name } = parseMark(mark) ?? {};
  return `${kind} "${name}"`;
}
