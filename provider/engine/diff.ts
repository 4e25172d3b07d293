import { isDeepStrictEqual } from "node:util";
import { ALIAS } from "./alias";
import { isRecord } from "./check";
import type { Args, Definition, Effect } from "./definition";

/** What a change of arguments asks for. Paths are dotted: `end.mtu`. */
export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
}

/** Compares the state with checked arguments, field by field. */
export function difference(definition: Pick<Definition, "onChange">, olds: Args, news: Args): Difference {
  const changed = Object.keys(definition.onChange).filter(
    (path) => !isDeepStrictEqual(valueAt(olds, path), valueAt(news, path)),
  );
  const replaces = changed.filter((path) => {
    const effect: Effect | undefined = definition.onChange[path];
    const decided =
      typeof effect === "function" ? effect(valueAt(olds, path), valueAt(news, path), olds, news) : effect;
    return decided === "replace";
  });
  // Only a state has it: something else has written over the mark.
  if (olds[ALIAS] !== news[ALIAS]) changed.push(ALIAS);
  // A mark changes when a resource is renamed under an alias: the object is the same, its label follows.
  return { changed: olds["mark"] === news["mark"] ? changed : [...changed, "mark"], replaces };
}

/** The value under a dotted path. */
export function valueAt(args: Args, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), args);
}
