import { z } from "zod";
import { isRecord, longForm, merge } from "./check";
import type { Args, Definition } from "./definition";
import { UNKNOWN } from "./unknown";

/** Converts states of other versions to this version. No other module knows older schemas. */

export type Schema = Pick<Definition, "schema" | "defaults">;

/** The output that lists, by dotted path, defaults that the kernel did not have. They are not filled in again. */
const UNSET = "unset";

/**
 * Fills in, at every level, defaults of arguments that the writing version did not know, and drops nested keys that this
 * version does not know. Top-level keys may be outputs and stay.
 */
export function upToDate({ schema, defaults }: Schema, { [UNSET]: unset, ...state }: Args): Args {
  const { mark } = state;
  const own = typeof mark === "string" ? (defaults?.({ ...state, mark }) ?? {}) : {};
  const filled = { ...state, ...completed(schema.shape, merge(own, state)) };
  return Array.isArray(unset) ? unset.reduce<Args>(without, filled) : filled;
}

/** The same for a composite, whose only outputs are the notes on its parts. */
export function compositeUpToDate(kind: Schema, state: Args): Args {
  const isKnown = (key: string) => key === "mark" || key === "parts" || key in kind.schema.shape;
  return Object.fromEntries(Object.entries(upToDate(kind, state)).filter(([key]) => isKnown(key)));
}

/** Adds the defaults that the kernel does not have to a state, so that they remain a difference. */
export function withUnset(kind: Schema, state: Args): Args {
  const unset = missingIn(state, upToDate(kind, state));
  return unset.length > 0 ? { ...state, [UNSET]: unset } : state;
}

/** Returns recorded arguments, with the values of `now` for arguments that the writing version did not know. */
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

/** Returns the known fields of an object, with defaults for the missing ones. */
const completed = (shape: Shape, args: Args): Args =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([key, type]) => {
      const value = filled(type, args[key]);
      return value === undefined ? [] : [[key, value]];
    }),
  );

/** Expands a value to its full form. An invalid value stays unchanged, because the resource must still be removable. */
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
