import { RefusedError } from "../linux/errors";
import { type HostId, perHost } from "../linux/host/perHost";
import { parseMark } from "../linux/marks/mark";
import { broadcastProblems } from "./broadcasts";
import type { Args, Definition, Problem } from "./definition";
import { hasUnknown } from "./unknown";

/**
 * The owner of each kernel object of a host, and the resources that depend on it, by their marks. They live as long as this
 * process, which is one run of the engine. A preview and the following run may share the process, so claiming the same
 * object twice is not a conflict.
 */
const claims = perHost(() => ({
  owners: new Map<string, string>(),
  needers: new Map<string, Set<string>>(),
  /** The arguments of each resource, by its mark. */
  args: new Map<string, Args>(),
}));

/** Marks of all resources that have claimed an object in this run, on any host. */
const claimants = new Set<string>();

/** Forgets all claims, as a new run of the engine would. */
export function forgetClaims(): void {
  claims.forget();
  claimants.clear();
}

/**
 * Claims the kernel objects of a resource and registers its dependencies. Reports objects that another resource has claimed.
 */
export function claim(definition: Definition, host: HostId, args: Args): Problem[] {
  const { owners, needers, args: known } = claims.of(host);
  const mark = String(args["mark"]);
  if (hasUnknown(args)) return [];
  known.set(mark, args);
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
        reason: `${object} is ${nameOf(owner)} already: two resources of a program cannot be the same kernel object, so rename or remove one of them`,
      },
    ];
  });
  return [...taken, ...broadcastProblems(definition, host, args)];
}

/**
 * Refuses to delete an object that the program no longer contains but still refers to by name. The kernel would silently
 * delete its dependents too.
 */
export function refuseIfNeeded(definition: Definition, host: HostId, args: Args): void {
  const { owners, needers } = claims.of(host);
  for (const object of definition.objectNames(args)) {
    const names = [...(needers.get(object) ?? [])].map(nameOf);
    if (names.length === 0 || owners.has(object)) continue;
    throw new RefusedError(
      `cannot delete ${object}: it is needed by ${names.join(", ")}. Remove that from the program too, or restore ${nameOf(String(args["mark"]))}`,
    );
  }
}

/** Whether a resource depends on any of these objects, so that the kernel deletes it with them. */
export const needsAny = (definition: Definition, args: Args, objects: readonly string[]): boolean =>
  definition.needs?.(args).some((object) => objects.includes(object)) === true;

/** Whether any resource of the program creates an object. */
export const isClaimed = (host: HostId, object: string): boolean => claims.of(host).owners.has(object);

/** Whether this resource has claimed all of its objects in this run. */
export function ownsAll(definition: Definition, host: HostId, args: Args): boolean {
  const { owners } = claims.of(host);
  return definition.objectNames(args).every((object) => owners.get(object) === args["mark"]);
}

/**
 * Returns the resource that adopts all objects given up by this one. There is none if this resource keeps an object, if
 * several resources claim the objects, or if an object is unclaimed. An example is a cable whose far end alone moves to
 * another resource. The objects must then be deleted first.
 */
export function heirOf(definition: Definition, host: HostId, args: Args): string | undefined {
  const { owners } = claims.of(host);
  const marks = definition.objectNames(args).map((object) => owners.get(object));
  const [heir, ...others] = new Set(marks);
  return others.length > 0 || heir === args["mark"] ? undefined : heir;
}

/** Returns the arguments of a resource that has claimed objects on this host. */
export const argsOfClaimant = (host: HostId, mark: string): Args | undefined =>
  claims.of(host).args.get(mark);

/** Whether a resource is still in the program. If so, it moves to another object. */
export const isInProgram = (mark: string): boolean => claimants.has(mark);

/** Formats the resource of a mark for a message. */
export function nameOf(mark: string): string {
  const { kind, name } = parseMark(mark) ?? {};
  return `${kind} "${name}"`;
}
