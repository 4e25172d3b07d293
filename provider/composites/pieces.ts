import { z } from "zod";
import { checkArgs } from "../check";
import type { Args, Definition, Problem } from "../definition";
import { markOfPart } from "../mark";
import { merge } from "../merge";
import type { Composite, Part, Path } from "./composite";

/** A part with its arguments as its own kind has checked them, defaults filled in. */
export interface Piece extends Part {
  readonly checked: Args;
  readonly problems: readonly Problem[];
  readonly note: Note;
}

const Note = z.object({
  /** What it was before it was taken over. */
  former: z.object({ mark: z.string().optional(), args: z.record(z.string(), z.unknown()) }).optional(),
  /** What was read back, where the composite's arguments have no place for it. */
  seen: z.record(z.string(), z.unknown()).optional(),
  /** It could not be made or changed: whether it is there is not known. */
  failed: z.literal(true).optional(),
});

/** What the state keeps of a part beyond the composite's arguments; of most parts nothing. */
export type Note = z.output<typeof Note>;

const Notes = z.record(z.string(), Note);

export type Notes = z.output<typeof Notes>;

export const notesIn = ({ parts }: Args): Notes => Notes.parse(parts ?? {});

/** The parts of a composite with these arguments, in an order in which they can be made. */
export function piecesOf(composite: Composite, args: Args): Piece[] {
  const notes = notesIn(args);
  return composite.parts(args).map((part) => {
    const note = notes[part.key] ?? {};
    const mark = markOfPart(String(args["mark"]), part.definition.kind, part.key);
    const { args: checked, problems } = checkArgs(part.definition, { ...withoutUndefined(part.args), mark });
    return { ...part, checked: note.seen ? merge(checked, note.seen) : checked, problems, note };
  });
}

const withoutUndefined = (args: Args): Args =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));

/** A problem of a part in the words of the composite. */
export function problemOf(piece: Piece, { property, reason }: Problem): Problem {
  const [, path = property, rest = ""] = /^(.*?)(\[.*)?$/.exec(property) ?? [];
  return { property: printPath(piece.fields[path] ?? [...piece.entry, path]) + rest, reason };
}

export const printPath = (path: Path): string =>
  path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");

/** Kinds whose deletion takes along, in the kernel, what hangs on them. */
export const takesAlong = (owner: Definition, hanging: Definition): boolean =>
  owner.kind === "Namespace" || (hanging.kind === "Address" && owner.kind !== "Route");
