import type { Command } from "./command";
import type { Reason } from "./errors";

/** What a command printed, or what it said when it failed. */
export type Outcome =
  | { readonly isOk: true; readonly text: string }
  | { readonly isOk: false; readonly reason: Reason; readonly stderr: string };

/** A look at the kernel whose next questions depend on the answers. Pure: whoever drives it runs them. */
export type Plan<T> = Generator<readonly Command[], T, readonly Outcome[]>;

/** Asks one thing. */
export function* ask(command: Command): Plan<Outcome> {
  const [outcome] = yield [command];
  return outcome ?? { isOk: false, reason: "Failed", stderr: "" };
}

/** What was printed; of a command that failed, nothing. */
export const textOf = (outcome: Outcome | undefined): string | undefined =>
  outcome?.isOk ? outcome.text : undefined;
