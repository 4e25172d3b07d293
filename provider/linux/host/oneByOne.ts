import type { Answer, Command } from "../command";
import { orAbsent } from "../errors";

/** Runs `changes` in order, of which the first failure ends it; then `looks` at once. "Not found" is an answer to these. */
export async function oneByOne(
  run: (command: Command) => Promise<string>,
  changes: readonly Command[],
  looks: readonly Command[],
): Promise<Answer[]> {
  for (const command of changes) await run(command);
  return Promise.all(looks.map((look) => orAbsent(() => run(look))));
}
