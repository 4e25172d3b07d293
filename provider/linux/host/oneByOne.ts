import type { Answer, Command } from "../command";
import { orAbsent } from "../errors";

/** Runs `changes` in order up to the first failure, then `looks` concurrently. "Not found" is an answer to a look. */
export async function oneByOne(
  run: (command: Command) => Promise<string>,
  changes: readonly Command[],
  looks: readonly Command[],
): Promise<Answer[]> {
  for (const command of changes) await run(command);
  return Promise.all(looks.map((look) => orAbsent(() => run(look))));
}
