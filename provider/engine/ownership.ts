import { isDeepStrictEqual } from "node:util";
import { RefusedError } from "../linux/errors";
import type { Former, OwnerRecord } from "../linux/host/records";
import { isMarkOf, ownerIn, parseMark, sameStack } from "../linux/marks/mark";
import { describeOwner, markOn, textOf } from "../linux/marks/owner";
import { wayBack } from "./alias";
import { ownsAll } from "./claims";
import type { Args, Definition, Observed } from "./definition";
import { difference } from "./diff";
import { merge } from "./merge";
import type { Observation } from "./observe";

/** Decides who owns an observed object and what may be done with it. Foreign objects are never changed. */

const isOwn = (mark: unknown) => (record: OwnerRecord) => record.mark === mark;

/** Whether this resource has a record of its object. */
export const isWritten = ({ records }: Observation, { mark }: Args): boolean => records.some(isOwn(mark));

export const othersRecords = (records: readonly OwnerRecord[], { mark }: Args): readonly OwnerRecord[] =>
  records.filter((record) => record.mark !== mark);

/** Returns the observed object if this resource owns it, rather than a foreign object of the same name. */
export function ownOf(
  definition: Definition,
  { observed, records }: Observation,
  args: Args,
): Observed | undefined {
  if (!observed || isSomebodyElses(definition, records, args)) return undefined;
  return definition.ownership.isOurs(observed, args) || isBetween(definition, observed, records, args)
    ? observed
    : undefined;
}

/** Whether a crash interrupted the creation, adoption or restoration: the record exists, but the mark is missing. */
function isBetween(
  definition: Definition,
  observed: Observed,
  records: readonly OwnerRecord[],
  { mark }: Args,
): boolean {
  const record = records.find(isOwn(mark));
  if (!record || observed.incompatible !== undefined) return false;
  return record.former ? observed.owner.by !== "resource" : isUnmarked(definition, observed);
}

const isUnmarked = (definition: Definition, observed: Observed): boolean =>
  definition.ownership.marksAfterCreate && observed.owner.by === "nobody";

/** Whether others have a record of the object and this resource has not. */
const isSomebodyElses = (definition: Definition, records: readonly OwnerRecord[], { mark }: Args): boolean =>
  !definition.ownership.isShared && records.length > 0 && !records.some(isOwn(mark));

/**
 * Decides whether creation may adopt an existing object, and returns its former state. Returns `undefined` if nothing is
 * adopted. Throws if the object must not be touched.
 */
export function adopt(definition: Definition, observation: Observation, args: Args): Former | undefined {
  const { observed, records } = observation;
  const former = records.find(isOwn(args["mark"]))?.former;
  if (!observed) return undefined;
  if (definition.ownership.isShared)
    return former ?? records[0]?.former ?? { args: observed.restorable ?? observed.args };
  if (isFreelyTaken(definition, observation, args)) return former;
  refuseUnlessAdoptable(definition, observation, observed, args);
  const mark = textOf(observed.owner);
  return {
    ...(mark !== "" && { mark }),
    args: observed.restorable ?? observed.args,
  };
}

/** An object that another resource of the stack gives up in this run, and that this one adopts without a gap. */
export interface Inheritance {
  /** The marks that the object has carried until now. */
  readonly from: readonly string[];
  /** The state of the object before the stack adopted it. */
  readonly former: Former | undefined;
}

/**
 * Finds the object that creation takes over from another resource of the stack, which was renamed or moved into or out of a
 * Node. That resource no longer claims the object, and its deletion leaves the object alone.
 */
export function inheritedBy(
  definition: Definition,
  observation: Observation,
  args: Args,
): Inheritance | undefined {
  const { observed, records } = observation;
  const mark = String(args["mark"]);
  if (definition.ownership.isShared) return standingInheritance(definition, observation, args);
  if (!observed || observed.incompatible !== undefined || records.some(isOwn(mark))) return undefined;
  // An object without room for a mark carries the mark of another object: an address carries that of its link.
  const carried = markOn(observed.owner);
  const marks = isMarkOf(definition.kind, carried) ? [carried] : [];
  const from = records.length > 0 ? records.map((record) => record.mark) : marks;
  const [first] = from;
  const isGivenUp = from.every((owner) => owner !== mark && sameStack(owner, mark));
  if (first === undefined || !isGivenUp || !ownsAll(definition, observation.host, args)) return undefined;
  refuseUnlessInPlace(definition, observed, args, first);
  const former = args["adopt"] === true ? records.find((record) => record.former)?.former : undefined;
  return { from, former };
}

/** Other stacks may share an object that always exists, and keep sharing it. */
function standingInheritance(
  definition: Definition,
  observation: Observation,
  args: Args,
): Inheritance | undefined {
  const isGivenUp = ({ mark }: OwnerRecord) => sameStack(mark, String(args["mark"]));
  const from = othersRecords(observation.records, args).filter(isGivenUp);
  if (from.length === 0 || !ownsAll(definition, observation.host, args)) return undefined;
  return { from: from.map(({ mark }) => mark), former: adopt(definition, observation, args) };
}

/** Returns the observation without the records of the previous owner. */
export const withoutGivenUp = (
  observation: Observation,
  inheritance: Inheritance | undefined,
): Observation => ({
  ...observation,
  records: observation.records.filter(({ mark }) => !inheritance?.from.includes(mark)),
});

/**
 * Refuses an inheritance that would recreate the object, because its dependents would be lost without the engine knowing.
 */
function refuseUnlessInPlace(definition: Definition, observed: Observed, args: Args, from: string): void {
  refuseToTakeOver(definition, args, from, fixedDifferences(definition, observed, args));
}

/** Refuses an inheritance if the previous owner has set what this resource leaves to the kernel: that cannot be unset. */
export function refuseUnlessFresh(
  definition: Definition,
  { observed }: Observation,
  args: Args,
  { from: [from = ""] }: Inheritance,
  fresh: Args,
): void {
  refuseToTakeOver(definition, args, from, observed ? setFields(observed, fresh) : []);
}

/** Returns the fields that a previous owner has set and `fresh` says otherwise of. */
function setFields({ restorable, args }: Observed, fresh: Args): string[] {
  const now = restorable ?? args;
  return Object.keys(fresh).filter((field) => !isDeepStrictEqual(now[field], fresh[field]));
}

/** Whether `inheritedBy` and `refuseUnlessFresh` let a resource of the same kind take over an object. */
export const mayInherit = (definition: Definition, observed: Observed, args: Args, fresh: Args): boolean =>
  fixedDifferences(definition, observed, args).length + setFields(observed, fresh).length === 0;

function refuseToTakeOver(definition: Definition, args: Args, from: string, fixed: readonly string[]): void {
  const owner = parseMark(from);
  if (fixed.length === 0 || !owner) return;
  throw new RefusedError(
    `${definition.id(args)} cannot be taken over from ${owner.kind} "${owner.name}": ${fixed.join(", ")} cannot change in place. ` +
      waysOut(owner.name),
  );
}

/** How to proceed if one run cannot move an object. A part keeps its object by the alias of its Node or Topology. */
const waysOut = (name: string): string =>
  `Keep the resource by \`aliases: [{ name: "${name.split("/")[0]}" }]\`, or make two runs: first without it, then with it`;

/** Whether the object exists and may be adopted without `adopt`. */
export function isFreelyTaken(definition: Definition, observation: Observation, args: Args): boolean {
  const { observed, records } = observation;
  if (!observed || isSomebodyElses(definition, records, args)) return false;
  if (records.some(isOwn(args["mark"])) && ownOf(definition, observation, args)) return true;
  return definition.ownership.mayAdopt(observed, args);
}

function refuseUnlessAdoptable(
  definition: Definition,
  { records }: Observation,
  observed: Observed,
  args: Args,
): void {
  const id = definition.id(args);
  const mark = othersRecords(records, args)[0]?.mark ?? markOn(observed.owner);
  const owner = parseMark(mark ?? "");
  if (owner) {
    throw new RefusedError(
      `${id} exists already: it belongs to ${ownerIn(mark)}. ` +
        (sameStack(mark, String(args["mark"]))
          ? `${waysOut(owner.name)}; \`pulumi-netns gc\` removes what no state has any more`
          : "Remove it there, or ask for another; `pulumi-netns gc` removes what is left of a stack that is no more"),
    );
  }
  if (observed.incompatible !== undefined) {
    throw new RefusedError(
      `${id} exists already, but ${observed.incompatible}: remove it by hand if nobody needs it, or ask for another`,
    );
  }
  if (args["adopt"] !== true) {
    const otherwise =
      "adopt" in definition.schema.shape
        ? "ask for another, or set `adopt: true` to take it over"
        : "or ask for another";
    const other = describeOwner(observed.owner);
    throw new RefusedError(
      `${id} exists already and is not this resource's own${other === undefined ? "" : ` (its mark is ${other})`}: ` +
        `remove it by hand if nobody needs it, ${otherwise}${wayBack(definition, observed, args)}`,
    );
  }
  const fixed = fixedDifferences(definition, observed, args);
  if (fixed.length > 0) {
    throw new RefusedError(
      `${id} cannot be adopted, as ${fixed.join(", ")} cannot be changed in place: ask for what is there, or remove it by hand`,
    );
  }
}

/** Returns the differing fields that only a new object can change. */
function fixedDifferences(definition: Definition, observed: Observed, args: Args): string[] {
  // A conditional effect describes the change of a resource. It does not tell whether this is another object.
  const { replaces } = difference(definition, merge(args, observed.args), args);
  return replaces.filter((path) => definition.onChange[path] === "replace");
}

/** Refuses values that contradict another stack. `was` is the mark before a rename. */
export function refuseConflict(
  definition: Definition,
  { records }: Observation,
  args: Args,
  was: unknown = args["mark"],
): void {
  if (!definition.ownership.isShared) return;
  for (const other of othersRecords(records, args).filter((record) => !isOwn(was)(record))) {
    const { changed, replaces } = difference(definition, { ...other.args, mark: args["mark"] }, args);
    // The records are about the same object, so a differing name is only another spelling. The exception is another unit,
    // in which the values differ too.
    const property = changed.find((path) => path !== definition.identity || replaces.includes(path));
    const owner = ownerIn(other.mark);
    if (property === undefined || owner === undefined) continue;
    throw new RefusedError(
      `${definition.id(args)}: ${property} is ${JSON.stringify(args[property])} here, but ${JSON.stringify(other.args[property])} for ${owner}, which has set it: two stacks share it only with the same ${property}`,
    );
  }
}
