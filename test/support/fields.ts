import { z } from "zod";
import { isRecord } from "../../provider/engine/check";
import type { Args } from "../../provider/engine/definition";

/** Every place for a single value in a schema's arguments, derived from the schema. */

/** The first key of a map, and the value under it. */
const KEY = Symbol("key");
const VALUE = Symbol("value");

type Step = string | number | typeof KEY | typeof VALUE;
type Path = readonly Step[];

/** A place in an object, a list (its first element), or a map (its first key and the value under it). */
export interface Field {
  /** `end.name`, `nexthops[0].via`, `sysctls{key}`, `sysctls{value}`. */
  readonly name: string;
  /** Whether it is the key of a map. */
  readonly isKey: boolean;
  /** Whether `args` have a value there. */
  isIn(args: Args): boolean;
  valueIn(args: Args): unknown;
  /** `args` with another value there. */
  put(args: Args, value: unknown): Args;
  /** The name of the place in a problem: `sysctls.net.ipv4.ip_forward` for a map. */
  propertyIn(args: Args): string;
}

export const fieldsOf = (schema: z.ZodObject): Field[] => pathsOf(schema).map(field);

function pathsOf(type: z.core.$ZodType): Path[] {
  if (
    type instanceof z.ZodOptional ||
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault ||
    type instanceof z.ZodNullable
  )
    return pathsOf(type.unwrap());
  // An argument that is parsed from text into an object has the object's fields too.
  if (type instanceof z.ZodPipe)
    return distinct([...pathsOf(type.in), ...(type.out instanceof z.ZodObject ? pathsOf(type.out) : [])]);
  if (type instanceof z.ZodObject)
    return Object.entries(type.shape).flatMap(([key, inner]) => below(key, inner));
  if (type instanceof z.ZodArray) return below(0, type.element);
  if (type instanceof z.ZodRecord) return [[KEY], ...below(VALUE, type.valueType)];
  if (type instanceof z.ZodUnion) return distinct(type.options.flatMap(pathsOf));
  return [[]];
}

const below = (step: Step, type: z.core.$ZodType): Path[] => pathsOf(type).map((path) => [step, ...path]);

const distinct = (paths: readonly Path[]): Path[] => [
  ...new Map(paths.map((path) => [nameOf(path), path])).values(),
];

const field = (path: Path): Field => ({
  name: nameOf(path),
  isKey: path.at(-1) === KEY,
  isIn: (args) => valueAt(args, path) !== undefined,
  valueIn: (args) => valueAt(args, path),
  put: (args, value) => putAt(args, path, value),
  propertyIn: (args) => propertyAt(args, path),
});

const nameOf = (path: Path): string => path.reduce<string>((name, step) => name + wordOf(step, name), "");

function wordOf(step: Step, before: string): string {
  if (step === KEY) return "{key}";
  if (step === VALUE) return "{value}";
  if (typeof step === "number") return `[${step}]`;
  return before === "" ? step : `.${String(step)}`;
}

const firstKey = (value: unknown): string => (isRecord(value) ? (Object.keys(value)[0] ?? "") : "");

function valueAt(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return value;
  if (step === KEY) return isRecord(value) ? firstKey(value) : undefined;
  if (typeof step === "number") return Array.isArray(value) ? valueAt(value[step], rest) : undefined;
  if (!isRecord(value)) return undefined;
  return valueAt(value[step === VALUE ? firstKey(value) : String(step)], rest);
}

function putAt(args: Args, [step, ...rest]: Path, value: unknown): Args {
  const [first, ...others] = Object.entries(args);
  if (step === KEY) return Object.fromEntries([[String(value), first?.[1]], ...others]);
  const key = step === VALUE ? firstKey(args) : String(step);
  return { ...args, [key]: within(args[key], rest, value) };
}

function within(old: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value;
  const [step, ...rest] = path;
  if (Array.isArray(old) && typeof step === "number")
    return old.map((item, at) => (at === step ? within(item, rest, value) : item));
  return isRecord(old) ? putAt(old, path, value) : old;
}

function propertyAt(args: Args, path: Path): string {
  let at: unknown = args;
  return path.reduce<string>((name, step) => {
    const key = step === KEY || step === VALUE ? firstKey(at) : step;
    at = isRecord(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined;
    return name + wordOf(key, name);
  }, "");
}
