import type { Command } from "../command";
import { CommandError } from "../errors";

/** High, because each attempt makes progress: the command or its rival has completed something. */
const MOST = 50;

/** Retries commands that lost a race. */
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
