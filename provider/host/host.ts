import type { Command } from "../command";
import type { Records } from "./records";

/** Where commands run. */
export interface Host {
  /** Runs one command and gives what it printed; throws a `CommandError` when it fails. */
  run(command: Command): Promise<string>;
  /** Tells the person at the keyboard of what is no failure. */
  warn?(text: string): void;
  /** What is written down about objects on this host. */
  readonly records: Records;
}
