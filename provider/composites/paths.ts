import { isRecord } from "../engine/check";
import type { Args } from "../engine/definition";
import type { Path } from "./composite";

type Tree = Args | unknown[];

const isTree = (value: unknown): value is Tree => isRecord(value) || Array.isArray(value);

const step = (tree: unknown, key: string | number): unknown =>
  isTree(tree) && Object.hasOwn(tree, key) ? Reflect.get(tree, key) : undefined;

/** What a tree has at `path`; the whole of it where that is empty. */
export const valueAtPath = (tree: unknown, path: Path): unknown => path.reduce(step, tree);

/**
 * A copy of `tree` with `value` at `path`; one step beyond the end of a list adds to it. `undefined` takes the entry out,
 * and makes nothing on the way to one that is not there. Lists keep their places until `compact`.
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
  // A number is a place in a list, also where there is no list yet.
  if (Array.isArray(tree) || (tree === undefined && typeof key === "number"))
    return Object.assign([...(tree ?? [])], { [key]: inner });
  const { [key]: _, ...others } = isRecord(tree) ? tree : {};
  return inner === undefined ? others : { ...(isRecord(tree) ? tree : {}), [key]: inner };
}

/** A copy of `tree` without the places in its lists that have been taken out. */
export function compact(tree: Args): Args {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, compacted(value)]));
}

function compacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(compacted);
  return isRecord(value) ? compact(value) : value;
}

/** A path as a person writes it: `interfaces.eth0.addresses[0]`. */
export const printPath = (path: Path): string =>
  path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .replace(/^\./, "");
