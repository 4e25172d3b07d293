import type { Answer, Command } from "../command";
import type { Records } from "./records";

/** What a check asks of a host, known before anything runs there. */
export interface HostFacts {
  /** The number of a routing table by the name that the host gives it; `undefined` if the host has no such name. */
  routeTableNamed(name: string): number | undefined;
}

/** Where commands run. */
export interface Host {
  /** Tells this host from any other; part of every key that is kept in memory. */
  readonly id: string;
  readonly facts: HostFacts;
  /** Runs one command and gives what it printed; throws a `CommandError` when it fails. */
  run(command: Command): Promise<string>;
  /**
   * The same for many in one go: `changes` one after the other, of which the first that fails ends it, then all `looks`,
   * which may find nothing. Only where that is faster than one by one.
   */
  runAll?(changes: readonly Command[], looks: readonly Command[]): Promise<Answer[]>;
  /** Lets time pass before the next look. It needs no command: a host far away is not asked to sleep. */
  wait(milliseconds: number): Promise<void>;
  /** Tells the person at the keyboard of what is not a failure. */
  warn?(text: string): void;
  /** What to do about a namespace's name that leads nowhere, such as a link to a container that has ended. */
  tellOfName?(namespace: string): string | undefined;
  /** Which boot, and which network: values of kernel parameters mean nothing in another one. */
  readonly era?: string | undefined;
  /** What is written down about objects on this host. */
  readonly records: Records;
}
