import type { Answer, Command } from "./command";
import type { Reason } from "./errors";

/** One step of a plan: commands to run concurrently, commands that may fail, or a pause. */
export type PlanStep = readonly Command[] | Attempt | Wait;

/**
 * Steps in which later commands depend on earlier answers, with a result. A plan is pure: `host/runPlan.ts` runs the
 * commands. "Not found" is an answer to a command; any other failure is thrown into the plan.
 */
export type Plan<T = void> = Generator<PlanStep, T, readonly Answer[]>;

/** A pause before the next step. It is not a command, so no host runs a sleep. */
export interface Wait {
  readonly milliseconds: number;
}

export const wait = (milliseconds: number): Wait => ({ milliseconds });

export const isWait = (step: PlanStep): step is Wait => "milliseconds" in step;

/** The output of a command, or its error message. */
export type Outcome =
  | { readonly isOk: true; readonly text: string }
  | { readonly isOk: false; readonly reason: Reason; readonly stderr: string };

/** Commands that may fail. The driver fills in the outcomes. */
export class Attempt {
  outcomes: readonly Outcome[] = [];

  constructor(
    readonly commands: readonly Command[],
    /** Whether this process should have the rights to look. If so, a lack of them is an error. */
    readonly isPermitted: boolean,
  ) {}
}

/** Runs commands concurrently, of which each may fail. */
export function* attempt(commands: readonly Command[], isPermitted = true): Plan<readonly Outcome[]> {
  const step = new Attempt(commands, isPermitted);
  yield step;
  return step.outcomes;
}

/** The outcome of a command that did not run. */
export const NOT_RUN: Outcome = { isOk: false, reason: "Failed", stderr: "" };

/** Runs one command that may fail. */
export function* attemptOne(command: Command): Plan<Outcome> {
  const [outcome] = yield* attempt([command]);
  return outcome ?? NOT_RUN;
}

/** Returns the output of a command, or `undefined` if it failed. */
export const textOf = (outcome: Outcome | undefined): string | undefined =>
  outcome?.isOk ? outcome.text : undefined;
