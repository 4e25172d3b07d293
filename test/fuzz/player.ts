import { Engine } from "./engine";
import { type Clean, type Engines, play, type Scenario } from "./scenario";

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

let engines: Promise<Engines> | undefined;

async function start(folder: string): Promise<Engines> {
  const engine = await Engine.start(folder);
  return { engine, others: await Engine.start(folder, "others") };
}

process.on("message", (task: Task) => {
  engines ??= start(process.argv[2] ?? ".");
  engines
    .then((started) => play(started, task.clean, task.scenario))
    .then(
      (): Verdict => ({ failure: undefined }),
      (error: unknown): Verdict => ({
        failure: error instanceof Error ? brief(error.message) : String(error),
      }),
    )
    .then((verdict) => process.send?.(verdict));
});
