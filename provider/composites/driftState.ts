import { isDeepStrictEqual } from "node:util";
import type { Args } from "../engine/definition";
import { difference, valueAt } from "../engine/diff";
import {
  type CheckedPart,
  checkedPartsOf,
  type Note,
  type Notes,
  notesProperty,
  withoutNotes,
} from "./checkedParts";
import type { Composite } from "./composite";
import { compact, withValueAt } from "./paths";

/**
 * Returns a state with all parts as found. Differing fields are updated in place, and missing parts are removed. Differences
 * in defaults, which the arguments cannot express, become notes. An entry stays if a part in it still exists, such as a
 * neighbour on a cable that another resource has taken over; a note then says that its own part is missing.
 */
export function observedState(
  composite: Composite,
  state: Args,
  parts: readonly CheckedPart[],
  found: ReadonlyMap<string, Args | undefined>,
): { inputs: Args; state: Args } {
  const there = parts.filter(({ key }) => found.get(key));
  const hasParts = ({ entry }: CheckedPart) =>
    there.some(
      (part) =>
        part.entry.length > entry.length && isDeepStrictEqual(part.entry.slice(0, entry.length), entry),
    );
  const isKept = (part: CheckedPart) => !found.get(part.key) && hasParts(part);
  const inputs = compact(
    parts.reduce(
      (args, part) => (isKept(part) ? args : withObserved(args, part, found.get(part.key))),
      withoutNotes(state),
    ),
  );
  const before = Object.fromEntries(
    parts.map((part) => {
      const { seen: _, ...note } = part.note;
      return [part.key, isKept(part) ? { ...note, failed: true as const } : note];
    }),
  );
  const told = checkedPartsOf(composite, { ...inputs, ...notesProperty(before) });
  const notes: Notes = Object.fromEntries(told.map((part) => noteOn(part, found)));
  return { inputs, state: { ...inputs, ...notesProperty(notes) } };
}

function withObserved(inputs: Args, part: CheckedPart, observed: Args | undefined): Args {
  if (!observed) return withValueAt(inputs, part.entry, undefined);
  return difference(part.definition, part.checked, observed).changed.reduce((args, path) => {
    const place = part.fields[path];
    return place ? withValueAt(args, place, valueAt(observed, path)) : args;
  }, inputs);
}

function noteOn(
  { key, definition, checked, note }: CheckedPart,
  found: ReadonlyMap<string, Args | undefined>,
): [string, Note] {
  const observed = found.get(key);
  const untold = observed ? difference(definition, checked, observed).changed : [];
  if (!observed || untold.length === 0) return [key, note];
  return [
    key,
    { ...note, seen: Object.fromEntries(untold.map((path) => [path, valueAt(observed, path) ?? null])) },
  ];
}
