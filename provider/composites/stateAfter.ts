import type { Args } from "../engine/definition";
import type { Former } from "../linux/host/records";
import { markOfPart } from "../linux/marks/mark";
import { type CheckedPart, type Note, type Notes, notesProperty } from "./checkedParts";
import type { Composite, Path } from "./composite";
import { valueAtPath, withValueAt } from "./paths";
import type { Plan } from "./plan";

/** The result of a plan. */
export interface Results {
  /** The former states of created and changed parts, by key. */
  readonly formers: ReadonlyMap<string, Former | undefined>;
  /** Parts of the old state that were to be removed and may still exist. */
  readonly left: readonly CheckedPart[];
  /** Keys of the parts that could not be created or changed. */
  readonly failed: ReadonlySet<string>;
}

/**
 * Returns the state after a plan. Parts that could not be removed or changed keep their old values, so that the next run
 * finds the same difference.
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

/** Returns the note of an unchanged part. It keeps the actual mark if the composite has got another one. */
function noteOf({ key, checked, note }: CheckedPart, args: Args): Note {
  const mark = String(checked["mark"]);
  return mark === markOfPart(String(args["mark"]), key) ? note : { ...note, mark };
}

/** Returns `state` with a part as in `olds`, at its current place, or at a free one. */
function withEntry(composite: Composite, state: Args, { key, entry }: CheckedPart, olds: Args): Args {
  const now = composite.parts(state).find((part) => part.key === key);
  return withValueAt(state, now?.entry ?? freePlace(state, entry), valueAtPath(olds, entry));
}

/** Returns where to put a part back. In a list that is the end, because another entry may be at its old position. */
function freePlace(state: Args, entry: Path): Path {
  const way = entry.slice(0, -1);
  if (typeof entry.at(-1) !== "number") return entry;
  const list = valueAtPath(state, way);
  return [...way, Array.isArray(list) ? list.length : 0];
}

/** Returns `state` with every field of a part as in `olds`. */
const withFields = (state: Args, { was, part }: Plan["changed"][number], olds: Args): Args =>
  Object.entries(part.fields).reduce((args, [path, place]) => {
    const before = was.fields[path];
    return before ? withValueAt(args, place, valueAtPath(olds, before)) : args;
  }, state);
