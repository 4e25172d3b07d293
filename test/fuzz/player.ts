import { Engine } from "./engine";
import { type Clean, play, type Scenario } from "./scenario";

/** The process that plays scenarios, one after the other, for as long as they succeed: see stage.ts. */

export interface Task {
  readonly clean: Clean;
  readonly scenario: Scenario;
}

/** What went wrong, or `undefined`. */
export interface Verdict {
  readonly failure: string | undefined;
}

/** Of all that a run of the engine has printed: what it says of its failures. */
const brief = (message: string): string =>
  /^Diagnostics:\n(.*?)\n^Resources:/ms.exec(message)?.[1] ?? message;

let engine: Promise<Engine> | undefined;

process.on("message", (task: Task) => {
  engine ??= Engine.start(process.argv[2] ?? ".");
  engine
    .then((started) => play(started, task.clean, task.scenario))
    .then(
      (): Verdict => ({ failure: undefined }),
      (error: unknown): Verdict => ({
        failure: error instanceof Error ? brief(error.message) : String(error),
      }),
    )
    .then((verdict) => process.send?.(verdict));
});
