import { z } from "zod";
import { isRecord, longForm } from "../engine/check";
import type { Args } from "../engine/definition";
import { hasUnknown, UNKNOWN } from "../engine/unknown";
import type { Composite, Part } from "./composite";

/** The parts of a composite in which all is known, of arguments as `check` has them. */
export function knownParts(composite: Composite, args: Args): readonly Part[] {
  if (!hasUnknown(args)) return composite.parts(args);
  return composite.parts(laidOut(composite.schema.shape, args)).filter((part) => !hasUnknown(part.args));
}

type Types = Readonly<Record<string, z.core.$ZodType>>;

/**
 * Arguments in their full shape, so that parts can be made of them: an object that is not known yet has fields that are not,
 * a list or a map one such entry. What is made of any of it can be told by that.
 */
const laidOut = (types: Types, args: Args): Args =>
  mapped(args, (value, key) => (types[key] ? withShape(types[key], value) : value));

function withShape(type: z.core.$ZodType, value: unknown): unknown {
  const inner = longForm(type);
  const isUnknown = value === UNKNOWN;
  if (inner instanceof z.ZodArray) {
    const items = isUnknown ? [UNKNOWN] : value;
    return Array.isArray(items) ? items.map((item) => withShape(inner.element, item)) : value;
  }
  if (inner instanceof z.ZodRecord) {
    const entries = isUnknown ? { [UNKNOWN]: UNKNOWN } : value;
    return isRecord(entries) ? mapped(entries, (entry) => withShape(inner.valueType, entry)) : value;
  }
  if (!(inner instanceof z.ZodObject)) return value;
  const fields = isUnknown ? mapped(inner.shape, () => UNKNOWN) : value;
  return isRecord(fields) ? laidOut(inner.shape, fields) : value;
}

const mapped = (values: Readonly<Args>, change: (value: unknown, key: string) => unknown): Args =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));
