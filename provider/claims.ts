import type { Args, Definition, Problem } from "./definition";
import { parseMark } from "./mark";
import { hasUnknown } from "./unknown";

/**
 * Whose each kernel object is, for the life of this process: one run of the engine. A preview and the run after it
 * may share the process; a resource that claims its own object again is no conflict.
 */
const owners = new Map<string, string>();

/** Claims the kernel objects of a resource, or tells which other resource has them. */
export function claim(definition: Definition, args: Args): Problem[] {
  const mark = String(args["mark"]);
  if (hasUnknown(args)) return [];
  return definition.claims(args).flatMap((object) => {
    const owner = owners.get(object) ?? mark;
    owners.set(object, owner);
    if (owner === mark) return [];
    const other = parseMark(owner);
    return [
      {
        property: definition.identity,
        reason: `${object} is ${other?.kind} "${other?.name}" already: two resources of a program cannot be the same kernel object, so name one of them otherwise or drop it`,
      },
    ];
  });
}
