import type { Command } from "../command";
import { CommandError, type Reason } from "../errors";

type Run = (command: Command) => Promise<string>;

const HARMLESS: readonly Reason[] = ["NotFound", "ToolMissing", "NotRunning", "Unsupported"];

/** Runs what may fail as if it had nothing to say then; tells what is done without, unless it just found nothing. */
export const optionalCommands =
  (run: Run, warn: (text: string) => void): Run =>
  async (command) => {
    try {
      return await run(command);
    } catch (error) {
      const { mayFail } = command;
      const isHarmless = error instanceof CommandError && HARMLESS.includes(error.reason);
      if (mayFail === undefined || !isHarmless) throw error;
      if (mayFail !== "" && error.reason !== "NotFound") {
        // The same command with other words is the same lack.
        warn(
          `${error.reason === "ToolMissing" ? "not installed" : "not supported"}: ${command.tool}; ${mayFail}`,
        );
      }
      return "";
    }
  };

const told = new Set<string>();

/** Pulumi shows what its provider prints beside the resources of the run. Once for each text. */
export function warn(text: string): void {
  if (told.has(text)) return;
  told.add(text);
  process.stderr.write(`warning: ${text}\n`);
}
