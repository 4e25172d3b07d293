import type { Command } from "./command";
import type { Reason } from "./errors";

/** The output of a command, or its error message. */
export type Outcome =
  | { readonly isOk: true; readonly text: string }
  | { readonly isOk: false; readonly reason: Reason; readonly stderr: string };

/** A series of looks in which later questions depend on earlier answers. It is pure: its driver runs the commands. */
export type Plan<T> = Generator<readonly Command[], T, readonly Outcome[]>;

/** Runs one command. */
export function* ask(command: Command): Plan<Outcome> {
  const [outcome] = yield [command];
  return outcome ?? { isOk: false, reason: "Failed", stderr: "" };
}

/** Returns the output of a command, or `undefined` if it failed. */
export const textOf = (outcome: Outcome | undefined): string | undefined =>
  outcome?.isOk ? outcome.text : undefined;
