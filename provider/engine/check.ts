import { z } from "zod";
import type { Args, Definition, Problem } from "./definition";
import { asFarAsKnown, hasUnknown, readable, UNKNOWN } from "./unknown";

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** What a check makes of a value: nothing, where that is wrong as a whole. */
interface Checked {
  readonly value?: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Checks arguments field by field, so that every problem is reported at once and a value that is not known yet
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

/** Checks what there is around the values that are not known yet. */
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

/** How many items a list has is known, whatever they are. */
function checkLength(type: z.ZodArray, given: readonly unknown[], place: string): readonly Problem[] {
  const { success, error } = z.safeParse(type, given);
  const issues = success ? [] : error.issues;
  return issues
    .filter(({ code, path }) => path.length === 0 && (code === "too_small" || code === "too_big"))
    .flatMap((issue) => toProblems(place, type, issue, given));
}

/** Of a field that takes several forms: whether it takes this one, and of a list what is wrong with the items that are known. */
function checkForm(type: z.core.$ZodType, given: unknown, place: string): Checked {
  if (given === UNKNOWN) return { value: given, problems: [] };
  const { error } = z.safeParse(type, given);
  const wrongType = error?.issues.find(({ code, path }) => code === "invalid_type" && path.length === 0);
  if (wrongType) return { problems: toProblems(place, type, wrongType, given) };
  const known = Array.isArray(given) ? given.filter((item) => !hasUnknown(item)) : [];
  // A list may not be empty, but this one is not.
  return { value: given, problems: known.length > 0 ? parsed(type, known, place).problems : [] };
}

/** A type as it is when the value is given, and in full: a pipe into an object takes a shorter form of it as well. */
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

/** The fields of the object that a path leads to. */
function shapeAt(type: z.core.$ZodType, path: readonly PropertyKey[]): Shape {
  const inner = longForm(type);
  const [step, ...rest] = path;
  if (inner instanceof z.ZodArray) return shapeAt(inner.element, rest);
  if (inner instanceof z.ZodRecord) return shapeAt(inner.valueType, rest);
  if (!(inner instanceof z.ZodObject)) return {};
  const field = step === undefined ? undefined : inner.shape[String(step)];
  return field ? shapeAt(field, rest) : inner.shape;
}

/** What is wrong, in the words that the fields' own checks use as well. */
function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  // JSON has no word for NaN and Infinity.
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
      // zod says of a map's key only that it is invalid, and keeps what the key's own check said one level down.
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

/** An end of a cable or a bridge of another stack arrives as an object, as the outputs of a stack hold no resources. */
const WHOLE =
  "is an object, not text: hand over its `name` alone, and where it is in a namespace, that as `namespace`";

/** What zod expects, where its word is none of a user's. */
const WANTED: Readonly<Record<string, string>> = { record: "a map of names to values", array: "a list" };

/** A word for what may be long, and may have in it what is not known yet. */
function formOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return "a list";
  return isRecord(value) ? "an object" : undefined;
}

const valueIn = (field: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    field,
  );

/** `given` over `defaults`, nested objects field by field. */
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
