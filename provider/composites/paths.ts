import { isRecord } from "../check";
import type { Args } from "../definition";
import type { Path } from "./composite";

type Tree = Args | unknown[];

const isTree = (value: unknown): value is Tree => isRecord(value) || Array.isArray(value);

const step = (tree: unknown, key: string | number): unknown =>
  isTree(tree) ? Reflect.get(tree, key) : undefined;

/** A copy of `tree` with `value` at `path`; `undefined` takes the entry out. Lists keep their places until `compact`. */
export function withValueAt(tree: Args, path: Path, value: unknown): Args {
  const copy = put(tree, path, value);
  return isRecord(copy) ? copy : tree;
}

function put(tree: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = rest.length === 0 ? value : put(step(tree, key) ?? {}, rest, value);
  if (Array.isArray(tree)) return tree.map((item, at) => (at === key ? inner : item));
  const copy: Args = { ...(isRecord(tree) ? tree : {}), [key]: inner };
  if (inner === undefined) delete copy[key];
  return copy;
}

/** A copy of `tree` without the places in its lists that have been taken out. */
export function compact(tree: Args): Args {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, compacted(value)]));
}

function compacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(compacted);
  return isRecord(value) ? compact(value) : value;
}
