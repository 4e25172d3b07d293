import { isDeepStrictEqual } from "node:util";
import { ALIAS } from "./alias";
import { isRecord } from "./check";
import type { Args, Definition, Effect } from "./definition";

/** The effect of changed arguments. Paths are dotted, such as `end.mtu`. */
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
  // Only a state has this field: another program has overwritten the mark.
  if (olds[ALIAS] !== news[ALIAS]) changed.push(ALIAS);
  // A rename under an alias changes the mark. The object stays the same and is relabelled.
  return { changed: olds["mark"] === news["mark"] ? changed : [...changed, "mark"], replaces };
}

/** The value under a dotted path. */
export function valueAt(args: Args, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), args);
}
