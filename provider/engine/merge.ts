import { isRecord } from "./check";
import type { Args } from "./definition";

/** `args` as really seen: nested objects field by field, and a field seen as `undefined` is not there. */
export function merge(args: Args, observed: Args): Args {
  const merged: Args = { ...args };
  for (const [key, value] of Object.entries(observed)) {
    const asked = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isRecord(asked) && isRecord(value) ? merge(asked, value) : value;
  }
  return merged;
}

/** `args` with every field that `seen` tells of as it was in `former`, where what was not set is left out. */
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
