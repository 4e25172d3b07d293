import type { Answer, Command } from "../../linux/command";
import type { Plan } from "../../linux/plan";

/** How often a removal is tried while somebody else removes rules at the same time. */
const ATTEMPTS = 3;

/** Tries to remove what is called `id` until an attempt says that nothing of it is left. */
export function* untilRemoved(id: string, attempt: () => Plan<boolean>): Plan {
  for (let tried = 0; tried < ATTEMPTS; tried++) if (yield* attempt()) return;
  throw new Error(`${id}: its rules are still there after ${ATTEMPTS} attempts to delete them`);
}

/**
 * Runs deletions one by one, and tells whether each has found what it deletes: a rule that goes between the look and the
 * deletion fails its whole transaction, and then there has to be another look.
 */
export function* deleteAll(commands: readonly Command[]): Plan<boolean> {
  const done: Answer[] = [];
  for (const command of commands) done.push(...(yield [command]));
  return !done.includes(undefined);
}
