import type { Answer, Command } from "../../linux/command";
import type { Plan } from "../../linux/plan";

/** The number of attempts to remove a rule while another program removes rules. */
const ATTEMPTS = 3;

/** Repeats the removal of `id` until an attempt reports that nothing is left. */
export function* untilRemoved(id: string, attempt: () => Plan<boolean>): Plan {
  for (let tried = 0; tried < ATTEMPTS; tried++) if (yield* attempt()) return;
  throw new Error(`${id}: its rules still exist after ${ATTEMPTS} attempts to delete them`);
}

/**
 * Runs deletions one by one. Returns whether all of them found their rule. If a rule disappears after the look, its
 * whole transaction fails, and another look is necessary.
 */
export function* deleteAll(commands: readonly Command[]): Plan<boolean> {
  const done: Answer[] = [];
  for (const command of commands) done.push(...(yield [command]));
  return !done.includes(undefined);
}
