import type { HostFacts } from "./host";

/** The facts of the host that the check under way is for: schemas have no parameter for it, and a check never waits. */
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

/** `undefined` outside of a check, as in a state that has been checked before. */
export const currentFacts = (): HostFacts | undefined => current;
