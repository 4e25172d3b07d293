/** What the engine sends for a value that is not known yet: in previews, and when it weighs a replacement. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether `value` is unknown or has something unknown in it. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN;
  return Object.values(value).some(hasUnknown);
}

/** Something was read that is not known yet. */
class NotKnownError extends Error {}

/** A copy of `value` in which what is not known yet throws as it is read: nothing can be concluded from it. */
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
 * What several looks at a `readable` find, those left out that would have to read what is not known yet: what the others
 * find stands, whatever that will be.
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
