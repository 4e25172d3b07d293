import type { Answer, Command } from "../command";
import type { Records } from "./records";

/** Facts of a host that a check needs before anything runs there. */
export interface HostFacts {
  /** Returns the number of a routing table by its name on the host, or `undefined` for an unknown name. */
  routeTableNamed(name: string): number | undefined;
  /** The SSH connection to the host; `"unknown"` if it tells no addresses. Absent for the machine that runs Pulumi. */
  readonly ssh?: SshPath | "unknown";
}

/** The ends of an SSH connection, as the host sees them. */
export interface SshPath {
  readonly client: string;
  readonly server: string;
  readonly port: number;
}

export interface Host {
  /** Identifies the host; part of every key that is kept in memory. */
  readonly id: string;
  readonly facts: HostFacts;
  /** Runs one command and returns its output. Throws a `CommandError` on failure. */
  run(command: Command): Promise<string>;
  /**
   * Runs `changes` in order up to the first failure, then all `looks`, which may find nothing. Implemented only where it is
   * faster than single commands.
   */
  runAll?(changes: readonly Command[], looks: readonly Command[]): Promise<Answer[]>;
  /** Waits without running a command, so that a remote host does not have to sleep. */
  wait(milliseconds: number): Promise<void>;
  /** Shows a warning to the user. */
  warn?(text: string): void;
  /** Returns advice for the name of a namespace that no longer exists, such as a link to a container that has ended. */
  tellOfName?(namespace: string): Promise<string | undefined>;
  /** Identifies the boot and the network. Values of kernel parameters are valid in one era only. */
  readonly era?: string | undefined;
  /** Ownership records of objects on this host. */
  readonly records: Records;
}
