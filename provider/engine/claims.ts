import { RefusedError } from "../linux/errors";
import { type HostId, perHost } from "../linux/host/perHost";
import { parseMark } from "../linux/marks/mark";
import { broadcastProblems } from "./broadcasts";
import type { Args, Definition, Problem } from "./definition";
import { hasUnknown } from "./unknown";

/**
 * The owner of each kernel object of a host, and the resources that need it, all by their marks. They are kept for the life
 * of this process: one run of the engine. A preview and the run after it may share the process; a resource that claims
 * its own object again is not a conflict.
 */
const claims = perHost(() => ({
  owners: new Map<string, string>(),
  needers: new Map<string, Set<string>>(),
}));

/** The marks of all resources that have claimed anything in this run, on any host. */
const claimants = new Set<string>();

/** Forgets all claims, as a new run of the engine does. */
export function forgetClaims(): void {
  claims.forget();
  claimants.clear();
}

/** Claims the kernel objects of a resource and notes what it needs, or tells which other resource has them. */
export function claim(definition: Definition, host: HostId, args: Args): Problem[] {
  const { owners, needers } = claims.of(host);
  const mark = String(args["mark"]);
  if (hasUnknown(args)) return [];
  for (const object of definition.needs?.(args) ?? []) {
    needers.set(object, (needers.get(object) ?? new Set()).add(mark));
  }
  claimants.add(mark);
  const objects = [...definition.objectNames(args), ...(definition.settings?.(args) ?? [])];
  const taken = objects.flatMap((object) => {
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
  return [...taken, ...broadcastProblems(definition, host, args)];
}

/**
 * Refuses to take away what the program has no more but goes on to need by name: the kernel would take what hangs on it
 * along, and nothing would tell.
 */
export function refuseIfNeeded(definition: Definition, host: HostId, args: Args): void {
  const { owners, needers } = claims.of(host);
  for (const object of definition.objectNames(args)) {
    const names = [...(needers.get(object) ?? [])].map(nameOf);
    if (names.length === 0 || owners.has(object)) continue;
    throw new RefusedError(
      `${object} is not deleted, as it is needed by ${names.join(", ")}: take that out of the program as well, or put ${nameOf(String(args["mark"]))} back`,
    );
  }
}

/** Whether a resource needs any of these objects, as the kernel deletes it along with them. */
export const needsAny = (definition: Definition, args: Args, objects: readonly string[]): boolean =>
  definition.needs?.(args).some((object) => objects.includes(object)) === true;

/** Whether any resource of the program makes an object. */
export const isClaimed = (host: HostId, object: string): boolean => claims.of(host).owners.has(object);

/** Whether this run has claimed all objects of a resource for that very resource. */
export function ownsAll(definition: Definition, host: HostId, args: Args): boolean {
  const { owners } = claims.of(host);
  return definition.objectNames(args).every((object) => owners.get(object) === args["mark"]);
}

/**
 * The resource that takes over in this run what the given one gives up. It has none where the given one keeps an object,
 * where two resources get one each, or where nobody gets one of them, as the near end of a cable whose far end goes on
 * to another: then the objects have to be deleted first.
 */
export function heirOf(definition: Definition, host: HostId, args: Args): string | undefined {
  const { owners } = claims.of(host);
  const marks = definition.objectNames(args).map((object) => owners.get(object));
  const [heir, ...others] = new Set(marks);
  return others.length > 0 || heir === args["mark"] ? undefined : heir;
}

/** Whether a resource is still in the program: it then moves on to another object. */
export const isInProgram = (mark: string): boolean => claimants.has(mark);

/** A resource by its mark, in a sentence. */
export function nameOf(mark: string): string {
  const { kind, name } = parseMark(mark) ?? {};
  return `${kind} "${name}"`;
}
