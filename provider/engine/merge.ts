import { isRecord } from "./check";
import type { Args } from "./definition";

/** Merges observed values into `args`, nested objects field by field. A field observed as `undefined` is removed. */
export function merge(args: Args, observed: Args): Args {
  const merged: Args = { ...args };
  for (const [key, value] of Object.entries(observed)) {
    const asked = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isRecord(asked) && isRecord(value) ? merge(asked, value) : value;
  }
  return merged;
}

/** Returns `args` with every observed field reset to its value in `former`. Fields that were unset are omitted. */
export function restored(args: Args, observed: Args, former: Args): Args {
  const result: Args = { ...args };
  for (const [key, value] of Object.entries(observed)) {
    const [asked, was] = [result[key], former[key]];
    if (was === undefined) delete result[key];
    else if (isRecord(asked) && isRecord(value) && isRecord(was)) result[key] = restored(asked, value, was);
    else result[key] = was;
  }
  return result;
}
