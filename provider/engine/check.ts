import { z } from "zod";
import type { Args, Definition, Problem } from "./definition";
import { asFarAsKnown, hasUnknown, readable, UNKNOWN } from "./unknown";

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The result of a check. It has no value if the whole value is invalid. */
interface Checked {
  readonly value?: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Validates arguments field by field, so that all problems are reported at once. Unknown values pass through and do not hide
 * the problems of other fields.
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
  if (problems.length > 0) return { args, problems };
  const between = asFarAsKnown((known: Args) => definition.problems?.(known) ?? []);
  return { args, problems: between(readable(args)) };
}

function checkFields(shape: Shape, given: Args, prefix: string) {
  const value: Args = {};
  const problems: Problem[] = Object.keys(given)
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => ({ property: prefix + key, reason: isNone(shape) }));
  for (const [key, type] of Object.entries(shape)) {
    const field = checkValue(type, given[key], prefix + key);
    if (field.value !== undefined) value[key] = field.value;
    problems.push(...field.problems);
  }
  return { value, problems };
}

function checkValue(type: z.core.$ZodType, given: unknown, place: string): Checked {
  if (type instanceof z.ZodObject && isRecord(given)) return checkFields(type.shape, given, `${place}.`);
  return hasUnknown(given) ? checkAround(type, given, place) : parsed(type, given, place);
}

function parsed(type: z.core.$ZodType, given: unknown, place: string): Checked {
  const { success, data, error } = z.safeParse(type, given);
  if (success) return { value: data, problems: [] };
  return { problems: error.issues.flatMap((issue) => toProblems(place, type, issue, given)) };
}

/** Validates the known values around unknown ones. */
function checkAround(type: z.core.$ZodType, given: unknown, place: string): Checked {
  const inner = longForm(type);
  if (isRecord(given) && inner instanceof z.ZodObject) return checkFields(inner.shape, given, `${place}.`);
  if (isRecord(given) && inner instanceof z.ZodRecord) return checkMap(inner, given, place);
  if (Array.isArray(given) && inner instanceof z.ZodArray) return checkList(inner, given, place);
  return checkForm(type, given, place);
}

function checkMap(type: z.ZodRecord, given: Args, place: string): Checked {
  const keys = parsed(z.record(type.keyType, z.unknown()), given, place);
  const entries = Object.entries(given).map(
    ([key, value]) => [key, checkValue(type.valueType, value, `${place}.${key}`)] as const,
  );
  return {
    value: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
    problems: [...keys.problems, ...entries.flatMap(([, { problems }]) => problems)],
  };
}

function checkList(type: z.ZodArray, given: readonly unknown[], place: string): Checked {
  const items = given.map((item, at) => checkValue(type.element, item, `${place}[${at}]`));
  return {
    value: items.map(({ value }) => value),
    problems: [...checkLength(type, given, place), ...items.flatMap(({ problems }) => problems)],
  };
}

/** The length of a list is known even if its items are not. */
function checkLength(type: z.ZodArray, given: readonly unknown[], place: string): readonly Problem[] {
  const { success, error } = z.safeParse(type, given);
  const issues = success ? [] : error.issues;
  return issues
    .filter(({ code, path }) => path.length === 0 && (code === "too_small" || code === "too_big"))
    .flatMap((issue) => toProblems(place, type, issue, given));
}

/**
 * Validates a field that accepts several forms: whether the value has this form, and whether the known items of a list are
 * valid.
 */
function checkForm(type: z.core.$ZodType, given: unknown, place: string): Checked {
  if (given === UNKNOWN) return { value: given, problems: [] };
  const { error } = z.safeParse(type, given);
  const wrongType = error?.issues.find(({ code, path }) => code === "invalid_type" && path.length === 0);
  if (wrongType) return { problems: toProblems(place, type, wrongType, given) };
  const known = Array.isArray(given) ? given.filter((item) => !hasUnknown(item)) : [];
  // The real list is not empty, even if all known items were removed.
  return { value: given, problems: known.length > 0 ? parsed(type, known, place).problems : [] };
}

/** Returns the full form of a type, for a value that is present: a pipe into an object also accepts a short form. */
export function longForm(type: z.core.$ZodType): z.core.$ZodType {
  if (type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault)
    return longForm(type.unwrap());
  return type instanceof z.ZodPipe ? longForm(type.out) : type;
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

/** Returns the fields of the object that a path leads to. */
function shapeAt(type: z.core.$ZodType, path: readonly PropertyKey[]): Shape {
  const inner = longForm(type);
  const [step, ...rest] = path;
  if (inner instanceof z.ZodArray) return shapeAt(inner.element, rest);
  if (inner instanceof z.ZodRecord) return shapeAt(inner.valueType, rest);
  if (!(inner instanceof z.ZodObject)) return {};
  const field = step === undefined ? undefined : inner.shape[String(step)];
  return field ? shapeAt(field, rest) : inner.shape;
}

/** Describes the problem in the same words as the checks of the fields. */
function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  // JSON cannot represent NaN and Infinity.
  const shown = typeof value === "number" ? String(value) : JSON.stringify(value);
  const is = value === undefined ? "is required" : `is ${shown}`;
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "string" && isRecord(value) && "name" in value) return WHOLE;
      return value === undefined
        ? is
        : `is ${formOf(value) ?? shown}, not ${WANTED[issue.expected] ?? `of type ${issue.expected}`}`;
    case "invalid_union":
      return value === undefined ? is : issue.message;
    case "invalid_value":
      return `${is}${value === undefined ? ":" : ", not"} one of ${issue.values.map(String).join(", ")}`;
    case "invalid_key":
      // For an invalid map key, zod stores the message of the key's own check one level down.
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

/** References to resources of other stacks arrive as objects, because stack outputs cannot hold resources. */
const WHOLE =
  "is an object, not text: hand over its `name` alone, and where it is in a namespace, that as `namespace`";

/** User-facing words for the types that zod names differently. */
const WANTED: Readonly<Record<string, string>> = { record: "a map of names to values", array: "a list" };

/** A short description of a value that may be long or contain unknown values. */
function formOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return "a list";
  return isRecord(value) ? "an object" : undefined;
}

const valueIn = (field: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    field,
  );

/** Merges `given` over `defaults`, nested objects field by field. */
export function merge(defaults: Args, given: Args): Args {
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
