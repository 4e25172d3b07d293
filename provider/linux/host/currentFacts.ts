import type { HostFacts } from "./host";

/**
 * Facts of the host that the current check is for. A global, because schemas take no parameters; safe, because a check is
 * synchronous.
 */
let current: HostFacts | undefined;

export function withFacts<T>(facts: HostFacts, check: () => T): T {
  const outer = current;
  current = facts;
  try {
    return check();
  } finally {
    current = outer;
  }
}

/** Returns `undefined` outside of a check, for example for a state that has been checked before. */
export const currentFacts = (): HostFacts | undefined => current;
