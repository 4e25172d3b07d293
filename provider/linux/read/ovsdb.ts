import { z } from "zod";
import { parseJson } from "../json";

/** The value of a column: an atom, or the content of a set or a map (RFC 7047, 5.1). */
type Value = string | number | boolean | readonly Value[] | ReadonlyMap<string, string>;

/** A row by its columns. */
export type Row = ReadonlyMap<string, Value>;

const Table = z.object({ headings: z.array(z.string()), data: z.array(z.array(z.unknown())) });

/** Parses the output of `ovs-vsctl --format=json`, a line for each listing command. A missing answer has no tables. */
export const parseTables = (text: string | undefined): Row[][] =>
  (text ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { headings, data } = parseJson(Table, line);
      return data.map(
        (values) => new Map(headings.map((heading, at) => [heading, read(values[at])] as const)),
      );
    });

function read(observed: unknown): Value {
  if (typeof observed === "string" || typeof observed === "number" || typeof observed === "boolean")
    return observed;
  const [kind, content] = z.tuple([z.string(), z.unknown()]).parse(observed);
  if (kind === "set") return z.array(z.unknown()).parse(content).map(read);
  if (kind === "map") {
    const pairs = z.array(z.tuple([z.unknown(), z.unknown()])).parse(content);
    return new Map(pairs.map(([key, value]) => [String(read(key)), String(read(value))]));
  }
  // A row is named by its UUID.
  return z.string().parse(content);
}

/** Returns the content of a set. A set of one is printed as its element. */
export function setIn(row: Row | undefined, column: string): readonly Value[] {
  const value = row?.get(column);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Returns the strings in a set. */
export const wordsIn = (row: Row | undefined, column: string): string[] => setIn(row, column).map(String);

/** Returns the string of an optional column. */
export const wordIn = (row: Row | undefined, column: string): string | undefined =>
  wordsIn(row, column).find((word) => word !== "");

export const numberIn = (row: Row | undefined, column: string): number | undefined =>
  setIn(row, column).find((value) => typeof value === "number");

export const flagIn = (row: Row | undefined, column: string): boolean => setIn(row, column)[0] === true;

/** Returns the value of a key in a map. */
export function entryIn(row: Row | undefined, column: string, key: string): string | undefined {
  const value = row?.get(column);
  return value instanceof Map ? value.get(key) : undefined;
}
