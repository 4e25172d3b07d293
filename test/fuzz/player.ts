import { Engine } from "./engine";
import { type Clean, type Engines, play, type Scenario } from "./scenario";

/** The process that plays scenarios one after the other, until one fails: see stage.ts. */

export interface Task {
  readonly clean: Clean;
  readonly scenario: Scenario;
}

/** The failure, or `undefined`. */
export interface Verdict {
  readonly failure: string | undefined;
}

/** The part of an engine's output that is about failures. */
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
