import { isDeepStrictEqual } from "node:util";
import { checkArgs } from "../check";
import { claim } from "../claims";
import type { Args, Problem } from "../definition";
import { difference, valueAt } from "../diff";
import * as single from "../engine";
import { messageOf, PartialError } from "../errors";
import type { Host } from "../host/host";
import { type Former, formerIn } from "../host/records";
import { hasUnknown } from "../unknown";
import type { Composite } from "./composite";
import { compact, withValueAt } from "./paths";
import { type Note, type Notes, type Piece, piecesOf, printPath, problemOf, takesAlong } from "./pieces";
import { type Failure, inOrder, reversed } from "./schedule";

/** What `provider/engine.ts` does for one object, for a list of them: each part by that very engine. */

export function check(composite: Composite, news: Args): { args: Args; problems: readonly Problem[] } {
  const { args, problems } = checkArgs(composite, news);
  if (problems.length > 0 || hasUnknown(args)) return { args, problems };
  const pieces = piecesOf(composite, args);
  const wrong = pieces.flatMap((piece) => piece.problems.map((problem) => problemOf(piece, problem)));
  if (wrong.length > 0) return { args, problems: wrong };
  return { args, problems: pieces.flatMap((piece) => claimsOf(composite, piece)) };
}

const claimsOf = (composite: Composite, { definition, checked }: Piece): Problem[] =>
  claim(definition, checked).map(({ reason }) => ({ property: composite.identity, reason }));

export function diff(composite: Composite, olds: Args, news: Args) {
  const replaces = composite.replaceOn.filter((field) => !isDeepStrictEqual(olds[field], news[field]));
  return {
    changes: replaces.length > 0 || olds["mark"] !== news["mark"] || isChanged(composite, olds, news),
    replaces: [...replaces],
    deleteBeforeReplace: true,
  };
}

function isChanged(composite: Composite, olds: Args, news: Args): boolean {
  if (hasUnknown(news)) return true;
  const fields = Object.keys(composite.schema.shape).filter(
    (field) => !isDeepStrictEqual(olds[field], news[field]),
  );
  const { gone, made, changed } = plan(composite, olds, news);
  return fields.length + gone.length + made.length + changed.length > 0;
}

export async function create(composite: Composite, host: Host, args: Args): Promise<single.Result> {
  return apply(composite, host, args, { gone: [], made: piecesOf(composite, args), changed: [], same: [] });
}

export async function update(
  composite: Composite,
  host: Host,
  olds: Args,
  args: Args,
): Promise<single.Result> {
  return apply(composite, host, args, plan(composite, olds, args));
}

/** The state with every part as it really is; `undefined` when it is gone as a whole. */
export async function read(composite: Composite, host: Host, state: Args) {
  const pieces = piecesOf(composite, state);
  const found = new Map<string, Args | undefined>();
  const failures = await inOrder(
    pieces.map((piece) => ({ ...piece, on: [] })),
    async (piece) => {
      const result = await single.read(piece.definition, host, stateOf(piece));
      found.set(piece.key, result?.inputs);
    },
  );
  if (failures.length > 0) throw allOf(composite, state, failures);
  if ([...found.values()].every((inputs) => inputs === undefined)) return undefined;
  const { inputs, notes } = seenState(pieces, found, state);
  return { id: composite.id(state), inputs: withoutNotes(inputs), state: { ...inputs, ...partsIn(notes) } };
}

export async function remove(composite: Composite, host: Host, state: Args): Promise<void> {
  const failures = await removeAll(host, piecesOf(composite, state));
  if (failures.length > 0) throw allOf(composite, state, failures);
}

interface Plan {
  /** Parts of the state that are not wanted any more, or have to be made anew. */
  readonly gone: readonly Piece[];
  readonly made: readonly Piece[];
  readonly changed: readonly { readonly was: Piece; readonly piece: Piece }[];
  /** Parts that are as they are wanted. */
  readonly same: readonly Piece[];
}

/** What has to be done to get from the state to the arguments. */
function plan(composite: Composite, olds: Args, args: Args): Plan {
  const had = new Map(piecesOf(composite, olds).map((piece) => [piece.key, piece]));
  const wanted = piecesOf(composite, args);
  const anew = new Set<string>();
  const gone: Piece[] = [];
  const made: Piece[] = [];
  const changed: { was: Piece; piece: Piece }[] = [];
  const same: Piece[] = [];
  for (const piece of wanted) {
    const was = had.get(piece.key);
    const { changed: fields, replaces } = was
      ? difference(piece.definition, was.checked, piece.checked)
      : { changed: [], replaces: [] };
    // What it hangs on is made anew, and has taken it along or comes up without it.
    const isLost = piece.on.some((owner) => anew.has(owner));
    had.delete(piece.key);
    if (was && (replaces.length > 0 || isLost)) gone.push(was);
    if (!was || was.note.failed || replaces.length > 0 || isLost) {
      anew.add(piece.key);
      made.push(piece);
    } else if (fields.length > 0) changed.push({ was, piece });
    else same.push(was);
  }
  return { gone: [...had.values(), ...gone], made, changed, same };
}

async function apply(
  composite: Composite,
  host: Host,
  args: Args,
  { gone, made, changed, same }: Plan,
): Promise<single.Result> {
  const left = await removeAll(host, gone);
  const blocked = new Set(left.map(({ item }) => item.key));
  const formers = new Map<string, Former | undefined>();
  const before = new Map(changed.map(({ was, piece }) => [piece.key, was]));
  const work = [...made.filter(({ key }) => !blocked.has(key)), ...changed.map(({ piece }) => piece)];
  const failures = await inOrder(work, async (piece) => {
    const was = before.get(piece.key);
    const { state } = was
      ? await single.update(piece.definition, host, stateOf(was), piece.checked)
      : await single.create(piece.definition, host, piece.checked);
    formers.set(piece.key, formerIn(state));
  });
  const was = new Map([...same, ...before.values()].map((piece) => [piece.key, piece]));
  const notes = notesAfter(composite, args, formers, was, [...left, ...failures]);
  const state = { ...args, ...partsIn(notes) };
  if (left.length + failures.length > 0) throw allOf(composite, state, [...left, ...failures]);
  return { id: composite.id(args), state };
}

/** Removes parts, each after what hangs on it; what the kernel takes along with another needs no removal. */
async function removeAll(host: Host, pieces: readonly Piece[]): Promise<readonly Failure<Piece>[]> {
  const byKey = new Map(pieces.map((piece) => [piece.key, piece]));
  const goesAlong = ({ on, definition, note }: Piece): boolean =>
    note.former === undefined &&
    on.some((key) => {
      const owner = byKey.get(key);
      return (
        owner !== undefined && owner.note.former === undefined && takesAlong(owner.definition, definition)
      );
    });
  return inOrder(reversed(pieces.filter((piece) => !goesAlong(piece))), (piece) =>
    single.remove(piece.definition, host, stateOf(piece)),
  );
}

/** What a resource of its own would have as its state. */
const stateOf = ({ checked, note: { former } }: Piece): Args => ({ ...checked, ...(former && { former }) });

function notesAfter(
  composite: Composite,
  args: Args,
  formers: ReadonlyMap<string, Former | undefined>,
  was: ReadonlyMap<string, Piece>,
  failures: readonly Failure<Piece>[],
): Notes {
  const failed = new Set(failures.map(({ item }) => item.key));
  const entries = piecesOf(composite, args).map(({ key }): [string, Note] => {
    const former = formers.has(key) ? formers.get(key) : was.get(key)?.note.former;
    return [key, { ...(former && { former }), ...(failed.has(key) && { failed: true }) }];
  });
  return Object.fromEntries(entries.filter(([, note]) => Object.keys(note).length > 0));
}

const partsIn = (notes: Notes): Args => (Object.keys(notes).length > 0 ? { parts: notes } : {});

const withoutNotes = ({ parts: _, ...args }: Args): Args => args;

/** The composite's arguments with what was found put in its place, and notes of what has none there. */
function seenState(pieces: readonly Piece[], found: ReadonlyMap<string, Args | undefined>, state: Args) {
  let inputs = withoutNotes(state);
  const notes: Notes = {};
  for (const piece of pieces) {
    const seen = found.get(piece.key);
    const note = { ...piece.note };
    if (!seen) {
      inputs = withValueAt(inputs, piece.entry, undefined);
      continue;
    }
    for (const path of difference(piece.definition, piece.checked, seen).changed) {
      const place = piece.fields[path];
      if (place) inputs = withValueAt(inputs, place, valueAt(seen, path));
      else note.seen = withValueAt(note.seen ?? {}, path.split("."), valueAt(seen, path));
    }
    if (Object.keys(note).length > 0) notes[piece.key] = note;
  }
  return { inputs: compact(inputs), notes };
}

/** One error for all parts that failed, naming each by its place; the state has what is there. */
function allOf(composite: Composite, state: Args, failures: readonly Failure<Piece>[]): PartialError {
  const reasons = failures
    .filter(({ error }) => error !== undefined)
    .map(({ item, error }) => `${printPath(item.entry) || composite.identity}: ${messageOf(error)}`);
  return new PartialError(composite.id(state), state, reasons);
}
