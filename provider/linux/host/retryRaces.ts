import type { Command } from "../command";
import { CommandError } from "../errors";

/** Each time something has been done, by the command or by what it ran into. */
const MOST = 50;

/** Runs once more what something else came in the way of. */
export const retryRaces =
  (run: (command: Command) => Promise<string>) =>
  async (command: Command): Promise<string> => {
    for (let times = 1; ; times++) {
      try {
        return await run(command);
      } catch (error) {
        const isRaced = error instanceof CommandError && error.reason === "Raced";
        if (!isRaced || times === MOST) throw error;
      }
    }
  };
