import { z } from "zod";
import type { Args, Definition, Problem } from "./definition";
import { hasUnknown } from "./unknown";

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/**
 * Checks arguments field by field, so that every problem is reported at once and a field that is not known yet
 * hides no other: it is let through as it is.
 */
export function checkArgs(
  definition: Pick<Definition, "schema" | "defaults" | "problems">,
  news: Args,
): { args: Args; problems: readonly Problem[] } {
  const { mark, ...given } = news;
  if (typeof mark !== "string") {
    return { args: news, problems: [{ property: "mark", reason: "is set by the SDK; use its classes" }] };
  }
  const defaults = definition.defaults?.({ ...given, mark }) ?? {};
  const { value, problems } = checkFields(definition.schema.shape, merge(defaults, given), "");
  const args = { ...value, mark };
  if (problems.length > 0 || hasUnknown(args)) return { args, problems };
  return { args, problems: definition.problems?.(args) ?? [] };
}

function checkFields(shape: Shape, given: Args, prefix: string) {
  const value: Args = {};
  const problems: Problem[] = Object.keys(given)
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => ({ property: prefix + key, reason: isNone(shape) }));
  for (const [key, type] of Object.entries(shape)) {
    const property = prefix + key;
    const field = given[key];
    if (type instanceof z.ZodObject && isRecord(field)) {
      const inner = checkFields(type.shape, field, `${property}.`);
      value[key] = inner.value;
      problems.push(...inner.problems);
    } else if (hasUnknown(field)) {
      value[key] = field;
    } else {
      const result = z.safeParse(type, field);
      if (!result.success)
        problems.push(...result.error.issues.flatMap((issue) => toProblems(property, type, issue, field)));
      else if (result.data !== undefined) value[key] = result.data;
    }
  }
  return { value, problems };
}

function toProblems(
  property: string,
  type: z.core.$ZodType,
  issue: z.core.$ZodIssue,
  field: unknown,
): Problem[] {
  const path = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  const place = property + path;
  if (issue.code !== "unrecognized_keys")
    return [{ property: place, reason: reasonOf(issue, valueIn(field, issue.path)) }];
  const reason = isNone(shapeAt(type, issue.path));
  return issue.keys.map((key) => ({ property: `${place}.${key}`, reason }));
}

const isNone = (shape: Shape): string => `is not a property; there are ${list(Object.keys(shape))}`;

/** The fields of the object that a path leads to. */
function shapeAt(type: z.core.$ZodType, path: readonly PropertyKey[]): Shape {
  if (type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault)
    return shapeAt(type.unwrap(), path);
  if (type instanceof z.ZodPipe) return shapeAt(type.out, path);
  const [step, ...rest] = path;
  if (type instanceof z.ZodArray) return shapeAt(type.element, rest);
  if (type instanceof z.ZodRecord) return shapeAt(type.valueType, rest);
  if (!(type instanceof z.ZodObject)) return {};
  const inner = step === undefined ? undefined : type.shape[String(step)];
  return inner ? shapeAt(inner, rest) : type.shape;
}

/** What is wrong, in the words that the fields' own checks use as well. */
function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  // JSON has no word for NaN and Infinity.
  const shown = typeof value === "number" ? String(value) : JSON.stringify(value);
  const is = value === undefined ? "is required" : `is ${shown}`;
  switch (issue.code) {
    case "invalid_type":
      return value === undefined ? is : `${is}, not of type ${issue.expected}`;
    case "invalid_union":
      return value === undefined ? is : issue.message;
    case "invalid_value":
      return `${is}${value === undefined ? ":" : ", not"} one of ${issue.values.map(String).join(", ")}`;
    case "invalid_key":
      // zod says of a map's key only that it is invalid, and keeps what the key's own check said one level down.
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

const valueIn = (field: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    field,
  );

/** `given` over `defaults`, nested objects field by field. */
function merge(defaults: Args, given: Args): Args {
  const merged = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return merged;
}

export const isRecord = (value: unknown): value is Args =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const list = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");
