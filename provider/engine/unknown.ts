/** The engine's placeholder for an unknown value, used in previews and when it plans a replacement. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether `value` is or contains an unknown value. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN;
  return Object.values(value).some(hasUnknown);
}

/** Thrown when an unknown value is read. */
class NotKnownError extends Error {}

/** Returns a copy of `value` that throws when an unknown value in it is read, because no conclusion can be drawn from it. */
export function readable<T>(value: T): T;
export function readable(value: unknown): unknown {
  if (!hasUnknown(value)) return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const [key, inner] of Object.entries(value ?? {})) {
    const content = inner === UNKNOWN ? { get: refuse } : { value: readable(inner) };
    Object.defineProperty(copy, key, { enumerable: true, ...content });
  }
  return copy;
}

function refuse(): never {
  throw new NotKnownError();
}

/**
 * Combines several checks of a `readable` value and skips those that read an unknown value. The results of the others hold,
 * whatever the unknown value becomes.
 */
export const asFarAsKnown =
  <A, T>(...looks: readonly ((args: A) => readonly T[])[]) =>
  (args: A): T[] =>
    looks.flatMap((look) => {
      try {
        return [...look(args)];
      } catch (error) {
        if (error instanceof NotKnownError) return [];
        throw error;
      }
    });
