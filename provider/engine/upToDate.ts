import { z } from "zod";
import { isRecord, longForm, merge } from "./check";
import type { Args, Definition } from "./definition";
import { UNKNOWN } from "./unknown";

/** States of other versions in the form that this version writes: the one place that knows of older schemas. */

/** What a kind says of its arguments. */
export type Schema = Pick<Definition, "schema" | "defaults">;

/** The output that lists, by dotted path, the defaults that a look did not find: they are not filled in again. */
const UNSET = "unset";

/**
 * A state with a value for each argument that has a default and that the version that wrote it did not know, at every
 * level, and without the nested keys that this version does not know. Keys at the top may be outputs, and stay.
 */
export function upToDate({ schema, defaults }: Schema, { [UNSET]: unset, ...state }: Args): Args {
  const { mark } = state;
  const own = typeof mark === "string" ? (defaults?.({ ...state, mark }) ?? {}) : {};
  const filled = { ...state, ...completed(schema.shape, merge(own, state)) };
  return Array.isArray(unset) ? unset.reduce<Args>(without, filled) : filled;
}

/** The same for a composite, which has no outputs but the notes on its parts. */
export function compositeUpToDate(kind: Schema, state: Args): Args {
  const isKnown = (key: string) => key === "mark" || key === "parts" || key in kind.schema.shape;
  return Object.fromEntries(Object.entries(upToDate(kind, state)).filter(([key]) => isKnown(key)));
}

/** A state of this version that names the defaults which the kernel does not have, so that they stay a difference. */
export function withUnset(kind: Schema, state: Args): Args {
  const unset = missingIn(state, upToDate(kind, state));
  return unset.length > 0 ? { ...state, [UNSET]: unset } : state;
}

/** Arguments of another version as they were, and as `now` where that version had no such argument. */
export function asFarAsSaid(kind: Schema, args: Args, now: Args): Args {
  const younger = missingIn(args, upToDate(kind, args)).filter((path) => !path.includes("."));
  return { ...args, ...Object.fromEntries(younger.map((key) => [key, now[key]])) };
}

function missingIn(state: unknown, full: Args, prefix = ""): string[] {
  return Object.entries(full).flatMap(([key, value]) => {
    const path = prefix + key;
    const was = isRecord(state) ? state[key] : undefined;
    if (was === undefined) return value === undefined ? [] : [path];
    return isRecord(value) ? missingIn(was, value, `${path}.`) : [];
  });
}

function without(args: Args, path: unknown): Args {
  const [key = "", ...rest] = String(path).split(".");
  const { [key]: inner, ...others } = args;
  if (rest.length === 0) return others;
  return isRecord(inner) ? { ...args, [key]: without(inner, rest.join(".")) } : args;
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The fields of an object that its schema knows, those that are missing with their defaults. */
const completed = (shape: Shape, args: Args): Args =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([key, type]) => {
      const value = filled(type, args[key]);
      return value === undefined ? [] : [[key, value]];
    }),
  );

/** A value in full. One that this version would refuse stays as it is: it has to be removed all the same. */
function filled(type: z.core.$ZodType, value: unknown): unknown {
  if (value === undefined) return z.safeParse(type, undefined).data;
  if (value === UNKNOWN) return value;
  const inner = longForm(type);
  if (inner instanceof z.ZodObject && isRecord(value)) return completed(inner.shape, value);
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => filled(inner.element, item));
  if (inner instanceof z.ZodRecord && isRecord(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, filled(inner.valueType, entry)]),
    );
  // A short form, such as an address as text.
  return type instanceof z.ZodPipe ? (z.safeParse(type, value).data ?? value) : value;
}
