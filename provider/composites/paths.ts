import { isRecord } from "../engine/check";
import type { Args } from "../engine/definition";
import type { Path } from "./composite";

type Tree = Args | unknown[];

const isTree = (value: unknown): value is Tree => isRecord(value) || Array.isArray(value);

const step = (tree: unknown, key: string | number): unknown =>
  isTree(tree) && Object.hasOwn(tree, key) ? Reflect.get(tree, key) : undefined;

/** Returns the value at `path`, or the whole tree for an empty path. */
export const valueAtPath = (tree: unknown, path: Path): unknown => path.reduce(step, tree);

/**
 * Returns a copy of `tree` with `value` at `path`. An index one beyond the end appends to a list. `undefined` removes the
 * entry and creates no missing parents. Lists keep their positions until `compact`.
 */
export function withValueAt(tree: Args, path: Path, value: unknown): Args {
  const copy = put(tree, path, value);
  return isRecord(copy) ? copy : tree;
}

function put(tree: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const below = step(tree, key);
  if (value === undefined && below === undefined) return tree;
  const inner = put(below, rest, value);
  // A number is a list index, even if the list does not exist yet.
  if (Array.isArray(tree) || (tree === undefined && typeof key === "number"))
    return Object.assign([...(tree ?? [])], { [key]: inner });
  const { [key]: _, ...others } = isRecord(tree) ? tree : {};
  return inner === undefined ? others : { ...(isRecord(tree) ? tree : {}), [key]: inner };
}

/** Returns a copy of `tree` without removed list entries. */
export function compact(tree: Args): Args {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, compacted(value)]));
}

function compacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(compacted);
  return isRecord(value) ? compact(value) : value;
}

/** Returns the fields that are set. */
export const withoutUndefined = (args: Args): Args =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));

/** Formats a path, such as `interfaces.eth0.addresses[0]`. */
export const printPath = (path: Path): string =>
  path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .replace(/^\./, "");
