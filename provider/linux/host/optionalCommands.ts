import type { Command } from "../command";
import { CommandError, type Reason } from "../errors";

type Run = (command: Command) => Promise<string>;

const HARMLESS: readonly Reason[] = ["NotFound", "ToolMissing", "NotRunning", "Unsupported"];

/** Treats a harmless failure of an optional command as empty output. Warns unless the object was merely not found. */
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
        // All commands that lack the same tool share one warning.
        warn(
          `${error.reason === "ToolMissing" ? "not installed" : "not supported"}: ${command.tool}; ${mayFail}`,
        );
      }
      return "";
    }
  };

const told = new Set<string>();

/** Prints each warning once. Pulumi shows the provider's stderr with the resources of the run. */
export function warn(text: string): void {
  if (told.has(text)) return;
  told.add(text);
  process.stderr.write(`warning: ${text}\n`);
}
