import type { Args } from "../engine/definition";
import { difference, valueAt } from "../engine/diff";
import type { Composite } from "./composite";
import { type Note, type Notes, type Piece, partsOf, piecesOf, withoutNotes } from "./parts";
import { compact, withValueAt } from "./paths";

/**
 * A state with everything as it was found, by the keys of its parts: a field that differs is put in its place, and a part
 * that is not there is taken out. What the arguments cannot say, as it is what they leave to a default, becomes a note.
 */
export function seenState(
  composite: Composite,
  state: Args,
  pieces: readonly Piece[],
  found: ReadonlyMap<string, Args | undefined>,
): { inputs: Args; state: Args } {
  const inputs = compact(
    pieces.reduce((args, piece) => withSeen(args, piece, found.get(piece.key)), withoutNotes(state)),
  );
  const before = Object.fromEntries(pieces.map(({ key, note: { seen: _, ...note } }) => [key, note]));
  const told = piecesOf(composite, { ...inputs, ...partsOf(before) });
  const notes: Notes = Object.fromEntries(told.map((piece) => noteOn(piece, found)));
  return { inputs, state: { ...inputs, ...partsOf(notes) } };
}

function withSeen(inputs: Args, piece: Piece, seen: Args | undefined): Args {
  if (!seen) return withValueAt(inputs, piece.entry, undefined);
  return difference(piece.definition, piece.checked, seen).changed.reduce((args, path) => {
    const place = piece.fields[path];
    return place ? withValueAt(args, place, valueAt(seen, path)) : args;
  }, inputs);
}

function noteOn(
  { key, definition, checked, note }: Piece,
  found: ReadonlyMap<string, Args | undefined>,
): [string, Note] {
  const seen = found.get(key);
  const untold = seen ? difference(definition, checked, seen).changed : [];
  if (!seen || untold.length === 0) return [key, note];
  return [
    key,
    { ...note, seen: Object.fromEntries(untold.map((path) => [path, valueAt(seen, path) ?? null])) },
  ];
}
