import type { Command } from "../command";

/** Where commands run. */
export interface Host {
  /** Runs one command and gives what it printed; throws a `CommandError` when it fails. */
  run(command: Command): Promise<string>;
}
