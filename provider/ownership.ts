import type { Args, Definition, Observed } from "./definition";
import { difference } from "./diff";
import { RefusedError } from "./errors";
import type { Former, OwnerRecord } from "./host/records";
import { parseMark } from "./mark";
import { merge } from "./merge";
import type { Sight } from "./observe";

/** Whose what was seen is, and what may be done with it. Nothing foreign is ever changed. */

type Seen = Observed<Args, object>;

const isOwn = (mark: unknown) => (record: OwnerRecord) => record.mark === mark;

/** Whether this resource has written something down of its object. */
export const isWritten = ({ records }: Sight, { mark }: Args): boolean => records.some(isOwn(mark));

export const othersRecords = (records: readonly OwnerRecord[], { mark }: Args): readonly OwnerRecord[] =>
  records.filter((record) => record.mark !== mark);

/** What was seen, if it is this resource's own: a foreign object of the same name is not it. */
export function ownOf(definition: Definition, { seen, records }: Sight, args: Args): Seen | undefined {
  if (!seen || isSomebodyElses(definition, records, args)) return undefined;
  const isOurs = definition.isStanding ?? definition.isOurs?.(seen, args) ?? seen.mark === args["mark"];
  return isOurs || isBetween(definition, seen, records, args) ? seen : undefined;
}

/** A crash came amid making it, taking it over or giving it back: the record is there, the mark not yet or not any more. */
function isBetween(
  definition: Definition,
  seen: Seen,
  records: readonly OwnerRecord[],
  { mark }: Args,
): boolean {
  const record = records.find(isOwn(mark));
  if (!record || seen.misfit !== undefined) return false;
  return record.former ? parseMark(seen.mark ?? "") === undefined : isUnmarked(definition, seen);
}

const isUnmarked = (definition: Definition, seen: Seen): boolean =>
  definition.isMarkedLate === true && seen.mark === undefined;

/** Others have written it down as theirs, and this resource has not. */
const isSomebodyElses = (definition: Definition, records: readonly OwnerRecord[], { mark }: Args): boolean =>
  definition.isStanding !== true && records.length > 0 && !records.some(isOwn(mark));

/**
 * Decides what creation may do with what is there, and gives what it was before; `undefined` where nothing is taken
 * over. Throws where it may not be touched.
 */
export function takeOver(definition: Definition, sight: Sight, args: Args): Former | undefined {
  const { seen, records } = sight;
  const former = records.find(isOwn(args["mark"]))?.former;
  if (!seen) return undefined;
  if (definition.isStanding) return former ?? records[0]?.former ?? { args: seen.args };
  if (isFreelyTaken(definition, sight, args)) return former;
  refuseUnlessAdoptable(definition, sight, seen, args);
  return { ...(seen.mark !== undefined && { mark: seen.mark }), args: seen.whole ?? seen.args };
}

/** Whether it is there, and creation may take it over without being told to. */
export function isFreelyTaken(definition: Definition, sight: Sight, args: Args): boolean {
  const { seen, records } = sight;
  if (!seen || isSomebodyElses(definition, records, args)) return false;
  if (records.some(isOwn(args["mark"])) && ownOf(definition, sight, args)) return true;
  return definition.mayTakeOver?.(seen, args) ?? ownOf(definition, sight, args) !== undefined;
}

function refuseUnlessAdoptable(definition: Definition, { records }: Sight, seen: Seen, args: Args): void {
  const id = definition.id(args);
  const owner = [othersRecords(records, args)[0]?.mark, seen.mark]
    .map((mark) => parseMark(mark ?? ""))
    .find((mark) => mark);
  if (owner) {
    const { kind, name, stack } = owner;
    throw new RefusedError(
      `${id} exists already: it belongs to ${kind} "${name}"${stack ? ` of the stack ${stack}` : ""}. ` +
        "Remove it there, or ask for another; `pulumi-netns gc` removes what is left of a stack that is no more",
    );
  }
  if (seen.misfit !== undefined) {
    throw new RefusedError(
      `${id} exists already, but ${seen.misfit}: remove it by hand if nobody needs it, or ask for another`,
    );
  }
  if (args["adopt"] !== true) {
    const otherwise =
      "adopt" in definition.schema.shape
        ? "ask for another, or set `adopt: true` to take it over"
        : "or ask for another";
    throw new RefusedError(
      `${id} exists already and is not this resource's own${seen.mark ? ` (its mark is ${seen.mark})` : ""}: ` +
        `remove it by hand if nobody needs it, ${otherwise}`,
    );
  }
  // An effect that hangs on the values tells what it may become, and not whether it is another.
  const { replaces } = difference(definition, merge(args, seen.args), args);
  const fixed = replaces.filter((path) => definition.onChange[path] === "replace");
  if (fixed.length > 0) {
    throw new RefusedError(
      `${id} cannot be adopted, as ${fixed.join(", ")} cannot be changed in place: ask for what is there, or remove it by hand`,
    );
  }
}

/** Refuses what another stack has set otherwise. `was` is the mark before a rename. */
export function refuseConflict(
  definition: Definition,
  { records }: Sight,
  args: Args,
  was: unknown = args["mark"],
): void {
  if (!definition.isStanding) return;
  for (const other of othersRecords(records, args).filter((record) => !isOwn(was)(record))) {
    // What a change replaces is as it is written, as both mean the same object.
    const { changed, replaces } = difference(definition, { ...other.args, mark: args["mark"] }, args);
    const property = changed.find((path) => !replaces.includes(path));
    const owner = parseMark(other.mark);
    if (property === undefined || !owner) continue;
    throw new RefusedError(
      `${definition.id(args)}: ${property} is ${JSON.stringify(args[property])} here, but ${JSON.stringify(other.args[property])} for ${owner.kind} "${owner.name}" of the stack ${owner.stack}, which has set it: two stacks share it only with the same ${property}`,
    );
  }
}
