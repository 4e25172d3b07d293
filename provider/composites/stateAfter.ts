import type { Args } from "../engine/definition";
import type { Former } from "../linux/host/records";
import { markOfPart } from "../linux/marks/mark";
import { type CheckedPart, type Note, type Notes, notesProperty } from "./checkedParts";
import type { Composite, Path } from "./composite";
import { valueAtPath, withValueAt } from "./paths";
import type { Plan } from "./plan";

/** What came of a plan. */
export interface Results {
  /** By the keys of the parts that were made or changed: what each was before it was taken over. */
  readonly formers: ReadonlyMap<string, Former | undefined>;
  /** Parts of the state before that were to go and may be there still. */
  readonly left: readonly CheckedPart[];
  /** Keys of parts that could not be made or changed. */
  readonly failed: ReadonlySet<string>;
}

/**
 * The state after a plan: as it was asked, but what could not be removed or changed stays as it was, so that the next
 * run finds the same difference again.
 */
export function stateAfter(composite: Composite, olds: Args, args: Args, plan: Plan, results: Results): Args {
  const { left, failed, formers } = results;
  const unchanged = plan.changed.filter(({ part }) => failed.has(part.key));
  const withLeft = left.reduce((state, was) => withEntry(composite, state, was, olds), args);
  const state = unchanged.reduce((state, change) => withFields(state, change, olds), withLeft);
  const was = new Map([...left, ...unchanged.map((each) => each.was)].map((part) => [part.key, part]));
  const before = new Map([...plan.same, ...plan.changed.map((each) => each.was)].map((it) => [it.key, it]));
  const note = (key: string): Note => {
    const old = was.get(key);
    if (old) return noteOf(old, args);
    const former = formers.has(key) ? formers.get(key) : before.get(key)?.note.former;
    return { ...(former && { former }), ...(failed.has(key) && { failed: true }) };
  };
  const notes: Notes = Object.fromEntries(composite.parts(state).map(({ key }) => [key, note(key)]));
  return { ...state, ...notesProperty(notes) };
}

/** The note of a part that stays as it was under a composite that may have got another mark. */
function noteOf({ key, checked, note }: CheckedPart, args: Args): Note {
  const mark = String(checked["mark"]);
  return mark === markOfPart(String(args["mark"]), key) ? note : { ...note, mark };
}

/** `state` with a part as `olds` had it: where it is now, else where there is room. */
function withEntry(composite: Composite, state: Args, { key, entry }: CheckedPart, olds: Args): Args {
  const now = composite.parts(state).find((part) => part.key === key);
  return withValueAt(state, now?.entry ?? freePlace(state, entry), valueAtPath(olds, entry));
}

/** Of lists the end: what was in this place before may have moved there. */
function freePlace(state: Args, entry: Path): Path {
  const way = entry.slice(0, -1);
  if (typeof entry.at(-1) !== "number") return entry;
  const list = valueAtPath(state, way);
  return [...way, Array.isArray(list) ? list.length : 0];
}

/** `state` with every field of a part as `olds` had it. */
const withFields = (state: Args, { was, part }: Plan["changed"][number], olds: Args): Args =>
  Object.entries(part.fields).reduce((args, [path, place]) => {
    const before = was.fields[path];
    return before ? withValueAt(args, place, valueAtPath(olds, before)) : args;
  }, state);
