import { z } from "zod";
import { checkArgs, isRecord } from "../engine/check";
import type { Args, Definition, Problem } from "../engine/definition";
import { upToDate } from "../engine/upToDate";
import { markOfPart } from "../linux/marks/mark";
import { keeping } from "../linux/memo";
import type { Composite, Part } from "./composite";
import { knownParts } from "./partialParts";
import { printPath, withoutUndefined, withValueAt } from "./paths";
import { connectedBy, routesBelow } from "./ways";

/** A part with arguments checked by its own kind, including defaults and mark. */
export interface CheckedPart extends Part {
  readonly checked: Args;
  readonly problems: readonly Problem[];
  /** Keys of the parts that must exist first, and whose replacement deletes or disconnects this part. */
  readonly on: readonly string[];
  readonly note: Note;
}

const Note = z.object({
  /** The object before adoption. */
  former: z.object({ mark: z.string().optional(), args: z.record(z.string(), z.unknown()) }).optional(),
  /** Fields as read back that the composite's arguments cannot express. `null` means that a field is not set. */
  seen: z.record(z.string(), z.unknown()).optional(),
  /** The actual mark, if it does not follow from the composite's mark because a rename has not reached the part. */
  mark: z.string().optional(),
  /** The creation failed, so it is unknown whether and how far the part exists. */
  failed: z.literal(true).optional(),
});

/** State of a part beyond the composite's arguments. Most parts need none. */
export type Note = z.output<typeof Note>;

const Notes = z.record(z.string(), Note);

export type Notes = Readonly<Record<string, Note>>;

const notesIn = ({ parts }: Args): Notes => Notes.parse(parts ?? {});

/** Returns the notes as stored in a state, without empty ones. */
export function notesProperty(notes: Notes): Args {
  const parts = Object.entries(notes).filter(([, note]) => Object.keys(note).length > 0);
  return parts.length > 0 ? { parts: Object.fromEntries(parts) } : {};
}

export const hasNotes = ({ parts }: Args): boolean => parts !== undefined;

/** Returns the arguments in a state. */
export const withoutNotes = ({ parts: _, ...args }: Args): Args => args;

const lists = keeping<readonly CheckedPart[]>(1000);

/**
 * Returns the parts of a composite for arguments or a state, in an order in which they can be created. Parts with unknown
 * values are omitted. The engine checks, compares and creates the same arguments in separate messages, with keys in any
 * order, so results are cached by content.
 */
export const checkedPartsOf = (composite: Composite, args: Args): readonly CheckedPart[] =>
  lists(`${composite.kind} ${JSON.stringify(args, inOrder)}`, () => checkedPartsIn(composite, args));

const inOrder = (_: string, value: unknown): unknown =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

function checkedPartsIn(composite: Composite, args: Args): CheckedPart[] {
  const notes = notesIn(args);
  return withOwners(
    knownParts(composite, args).map((part) => {
      const note = noteOf(part, notes, String(args["mark"]));
      const mark = note.mark ?? markOfPart(String(args["mark"]), part.key);
      const given = { ...withoutUndefined(part.args), mark };
      const { args: valid, problems } = checkArgs(part.definition, given);
      // An older version may have accepted arguments that this one refuses. Such a part must still be found and removed.
      const checked = problems.length > 0 ? { ...upToDate(part.definition, given), ...valid } : valid;
      return { ...part, checked: asObserved(checked, note), problems, note };
    }),
  );
}

/** A note under an earlier key belongs to a part with the mark derived from that key. */
function noteOf({ key, formerKeys = [] }: Part, notes: Notes, mark: string): Note {
  const former = formerKeys.find((one) => notes[one] !== undefined && notes[key] === undefined);
  return former === undefined ? (notes[key] ?? {}) : { mark: markOfPart(mark, former), ...notes[former] };
}

const asObserved = (checked: Args, { seen: observed = {} }: Note): Args =>
  Object.entries(observed).reduce(
    (args, [path, value]) => withValueAt(args, path.split("."), value ?? undefined),
    checked,
  );

/** Adds the dependencies of each part, from the object names that its kind declares. */
function withOwners(parts: readonly Omit<CheckedPart, "on">[]): CheckedPart[] {
  const makers = new Map<string, string>();
  const providers = new Map<string, string[]>();
  for (const { key, definition, checked } of parts.filter(isSound)) {
    for (const object of definition.objectNames(checked)) makers.set(object, key);
    for (const object of definition.provides?.(checked) ?? []) {
      const others = providers.get(object);
      if (others) others.push(key);
      else providers.set(object, [key]);
    }
  }
  const connected = connectedBy(parts.filter(isSound));
  return parts.map((part) => {
    const needs = isSound(part) ? (part.definition.needs?.(part.checked) ?? []) : [];
    const owners = needs.flatMap((object) => makers.get(object) ?? []);
    const needsAny = isSound(part) ? (part.definition.needsAny?.(part.checked) ?? []) : [];
    const relied = needsAny.flatMap((object) => providers.get(object) ?? []);
    const ways = part.definition.kind === "Route" ? routesBelow(connected, part.checked) : [];
    return { ...part, on: [...new Set([...owners, ...relied, ...ways])] };
  });
}

const isSound = ({ problems }: Pick<CheckedPart, "problems">): boolean => problems.length === 0;

/** Returns a problem of a part, with the path of its property in the composite. */
export function problemOf(composite: Composite, part: CheckedPart, { property, reason }: Problem): Problem {
  const [, path = property, rest = ""] = /^(.*?)(\[.*)?$/.exec(property) ?? [];
  const whole = path === part.definition.identity ? part.entry : [...part.entry, path];
  return { property: (printPath(part.fields[path] ?? whole) || composite.identity) + rest, reason };
}

/** Whether the kernel deletes a dependent with its owner, including its record. */
export const takesAlong = (owner: Definition, dependent: Definition): boolean =>
  // A bridge of Open vSwitch is not a kind of link of the kernel.
  owner.ownsNamespace !== undefined || (dependent.link !== undefined && owner.links !== undefined);
