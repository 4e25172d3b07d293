import type { HostFacts } from "./facts";

/**
 * The level of a finding. `ok`: correct, or a plain fact. `warning`: may disturb the networks of programs. `problem`:
 * prevents a creation, or drops packets.
 */
export type Level = "ok" | "warning" | "problem";

/** A finding about the host. */
export interface Finding {
  readonly level: Level;
  /** The subject in a word or two: `ip`, `FORWARD`, `Docker`. */
  readonly subject: string;
  /** The observation. */
  readonly text: string;
  /** The fix as an imperative. Absent if there is nothing to do. */
  readonly fix?: string | undefined;
  /** The fix as lines for a shell or a program. They name the links with a mark of this package, if there are any. */
  readonly code?: readonly string[] | undefined;
}

/** Checks one aspect of the facts. It is pure, because the facts are gathered before. */
export interface Check {
  /** The heading of its findings. */
  readonly title: string;
  run(facts: HostFacts): readonly Finding[];
}
