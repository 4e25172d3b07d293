import { z } from "zod";
import { isRecord, longForm } from "../engine/check";
import type { Args } from "../engine/definition";
import { hasUnknown, UNKNOWN } from "../engine/unknown";
import type { Composite, Part } from "./composite";

/** Returns the parts without unknown values, from checked arguments. */
export function knownParts(composite: Composite, args: Args): readonly Part[] {
  if (!hasUnknown(args)) return composite.parts(args);
  return composite.parts(laidOut(composite.schema.shape, args)).filter((part) => !hasUnknown(part.args));
}

type Types = Readonly<Record<string, z.core.$ZodType>>;

/**
 * Completes arguments with unknown values, so that parts can be derived. An unknown object gets unknown fields; an unknown
 * list or map gets one unknown entry. Parts derived from them are recognised by that.
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
