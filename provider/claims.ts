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

/** Whether any resource of the program makes an object. */
export const isClaimed = (object: string): boolean => owners.has(object);

/** A resource by its mark, in a sentence. */
export function nameOf(mark: string): string {
  const { kind, name } = parseMark(mark) ?? {};
  return `${kind} "${name}"`;
}
