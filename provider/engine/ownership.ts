import { RefusedError } from "../linux/errors";
import type { Former, OwnerRecord } from "../linux/host/records";
import { isMarkOf, ownerIn, parseMark, sameStack } from "../linux/marks/mark";
import { wayBack } from "./alias";
import { ownsAll } from "./claims";
import type { Args, Definition, Observed } from "./definition";
import { difference } from "./diff";
import { merge } from "./merge";
import type { Observation } from "./observe";

/** Whose what was seen is, and what may be done with it. Nothing foreign is ever changed. */

const isOwn = (mark: unknown) => (record: OwnerRecord) => record.mark === mark;

/** Whether this resource has written something down of its object. */
export const isWritten = ({ records }: Observation, { mark }: Args): boolean => records.some(isOwn(mark));

export const othersRecords = (records: readonly OwnerRecord[], { mark }: Args): readonly OwnerRecord[] =>
  records.filter((record) => record.mark !== mark);

/** What was seen, if it is this resource's own: a foreign object of the same name is not it. */
export function ownOf(
  definition: Definition,
  { observed, records }: Observation,
  args: Args,
): Observed | undefined {
  if (!observed || isSomebodyElses(definition, records, args)) return undefined;
  const isOurs = definition.isShared ?? definition.isOurs?.(observed, args) ?? observed.mark === args["mark"];
  return isOurs || isBetween(definition, observed, records, args) ? observed : undefined;
}

/** A crash came amid making it, taking it over or giving it back: the record is there, the mark not yet or not any more. */
function isBetween(
  definition: Definition,
  observed: Observed,
  records: readonly OwnerRecord[],
  { mark }: Args,
): boolean {
  const record = records.find(isOwn(mark));
  if (!record || observed.incompatible !== undefined) return false;
  return record.former ? parseMark(observed.mark ?? "") === undefined : isUnmarked(definition, observed);
}

const isUnmarked = (definition: Definition, observed: Observed): boolean =>
  definition.marksAfterCreate === true && observed.mark === undefined;

/** Others have written it down as theirs, and this resource has not. */
const isSomebodyElses = (definition: Definition, records: readonly OwnerRecord[], { mark }: Args): boolean =>
  definition.isShared !== true && records.length > 0 && !records.some(isOwn(mark));

/**
 * Decides what creation may do with what is there, and gives what it was before; `undefined` where nothing is taken
 * over. Throws where it may not be touched.
 */
export function adopt(definition: Definition, observation: Observation, args: Args): Former | undefined {
  const { observed, records } = observation;
  const former = records.find(isOwn(args["mark"]))?.former;
  if (!observed) return undefined;
  if (definition.isShared)
    return former ?? records[0]?.former ?? { args: observed.restorable ?? observed.args };
  if (isFreelyTaken(definition, observation, args)) return former;
  refuseUnlessAdoptable(definition, observation, observed, args);
  return {
    ...(observed.mark !== undefined && { mark: observed.mark }),
    args: observed.restorable ?? observed.args,
  };
}

/** What another resource of the stack gives up in this run, and this one takes over without a gap. */
export interface Inheritance {
  /** The marks that the object goes by until now. */
  readonly from: readonly string[];
  /** What it was before the stack adopted it. */
  readonly former: Former | undefined;
}

/**
 * What creation takes over from another resource of the stack: one that was renamed, folded into a Node or moved out of
 * it. That resource has no claim to the object in this run, and its own deletion will leave the object alone.
 */
export function inheritedBy(
  definition: Definition,
  observation: Observation,
  args: Args,
): Inheritance | undefined {
  const { observed, records } = observation;
  const mark = String(args["mark"]);
  if (definition.isShared) return standingInheritance(definition, observation, args);
  if (!observed || observed.incompatible !== undefined || records.some(isOwn(mark))) return undefined;
  // What has no room for a mark carries that of another object, if any: an address has that of its link.
  const marks = isMarkOf(definition.kind, observed.mark) ? [observed.mark] : [];
  const from = records.length > 0 ? records.map((record) => record.mark) : marks;
  const [first] = from;
  const isGivenUp = from.every((owner) => owner !== mark && sameStack(owner, mark));
  if (first === undefined || !isGivenUp || !ownsAll(definition, observation.host, args)) return undefined;
  refuseUnlessInPlace(definition, observed, args, first);
  const former = args["adopt"] === true ? records.find((record) => record.former)?.former : undefined;
  return { from, former };
}

/** Other stacks may share what is always there, and go on to. */
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

/** What was seen, without what the one who inherits it has taken over. */
export const withoutGivenUp = (
  observation: Observation,
  inheritance: Inheritance | undefined,
): Observation => ({
  ...observation,
  records: observation.records.filter(({ mark }) => !inheritance?.from.includes(mark)),
});

/** Making it again would lose what other resources have on it, and the engine would not know. */
function refuseUnlessInPlace(definition: Definition, observed: Observed, args: Args, from: string): void {
  const fixed = fixedDifferences(definition, observed, args);
  const owner = parseMark(from);
  if (fixed.length === 0 || !owner) return;
  throw new RefusedError(
    `${definition.id(args)} cannot be taken over from ${owner.kind} "${owner.name}": ${fixed.join(", ")} cannot change in place. ` +
      waysOut(owner.name),
  );
}

/** How to go on where one run cannot take an object over. A part is kept by the alias of its Node or Topology. */
const waysOut = (name: string): string =>
  `Keep the resource by \`aliases: [{ name: "${name.split("/")[0]}" }]\`, or make two runs: first without it, then with it`;

/** Whether it is there, and creation may take it over without being told to. */
export function isFreelyTaken(definition: Definition, observation: Observation, args: Args): boolean {
  const { observed, records } = observation;
  if (!observed || isSomebodyElses(definition, records, args)) return false;
  if (records.some(isOwn(args["mark"])) && ownOf(definition, observation, args)) return true;
  return definition.mayAdopt?.(observed, args) ?? ownOf(definition, observation, args) !== undefined;
}

function refuseUnlessAdoptable(
  definition: Definition,
  { records }: Observation,
  observed: Observed,
  args: Args,
): void {
  const id = definition.id(args);
  const mark = [othersRecords(records, args)[0]?.mark, observed.mark].find((mark) => parseMark(mark ?? ""));
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
    throw new RefusedError(
      `${id} exists already and is not this resource's own${observed.mark ? ` (its mark is ${observed.mark})` : ""}: ` +
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

/** The fields that differ and that only a new object can change. */
function fixedDifferences(definition: Definition, observed: Observed, args: Args): string[] {
  // An effect that depends on the values tells what it may become, and not whether it is another.
  const { replaces } = difference(definition, merge(args, observed.args), args);
  return replaces.filter((path) => definition.onChange[path] === "replace");
}

/** Refuses what another stack has set otherwise. `was` is the mark before a rename. */
export function refuseConflict(
  definition: Definition,
  { records }: Observation,
  args: Args,
  was: unknown = args["mark"],
): void {
  if (!definition.isShared) return;
  for (const other of othersRecords(records, args).filter((record) => !isOwn(was)(record))) {
    const { changed, replaces } = difference(definition, { ...other.args, mark: args["mark"] }, args);
    // Both mean the same object: one name of it may be another spelling, or another unit, in which values differ.
    const property = changed.find((path) => path !== definition.identity || replaces.includes(path));
    const owner = ownerIn(other.mark);
    if (property === undefined || owner === undefined) continue;
    throw new RefusedError(
      `${definition.id(args)}: ${property} is ${JSON.stringify(args[property])} here, but ${JSON.stringify(other.args[property])} for ${owner}, which has set it: two stacks share it only with the same ${property}`,
    );
  }
}
