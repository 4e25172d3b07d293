import { statSync } from "node:fs";

/** The identity of a network namespace, as names may be used again; `undefined` where there is none of that name. */
export function inodeOf(namespace: string | undefined): number | undefined {
  const path = namespace === undefined ? "/proc/self/ns/net" : `/run/netns/${namespace}`;
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
