import type { Answer, Command } from "../command";
import type { Records } from "./records";

/** Where commands run. */
export interface Host {
  /** Runs one command and gives what it printed; throws a `CommandError` when it fails. */
  run(command: Command): Promise<string>;
  /**
   * The same for many in one go: `changes` one after the other, of which the first that fails ends it, then all `looks`,
   * which may find nothing. Only where that is faster than one by one.
   */
  runAll?(changes: readonly Command[], looks: readonly Command[]): Promise<Answer[]>;
  /** Tells the person at the keyboard of what is no failure. */
  warn?(text: string): void;
  /** What to do about a namespace's name that leads nowhere, such as a link to a container that has ended. */
  tellOfName?(namespace: string): string | undefined;
  /** Which boot, and which network: values of kernel parameters mean nothing in another one. */
  readonly era?: string | undefined;
  /** What is written down about objects on this host. */
  readonly records: Records;
}
