import type { HostFacts } from "./facts";

/**
 * How much something matters:
 * - `ok`: as it should be, or a plain fact.
 * - `warning`: may get in the way of what programs make.
 * - `problem`: does: something cannot be made, or packets are dropped.
 */
export type Level = "ok" | "warning" | "problem";

/** One thing that was found out about the host. */
export interface Finding {
  readonly level: Level;
  /** What it is about, in a word or two: `ip`, `FORWARD`, `Docker`. */
  readonly subject: string;
  /** What is so. */
  readonly text: string;
  /** What to do about it; absent where nothing needs to be done. */
  readonly fix?: string | undefined;
  /** The same, a line each, for a shell or a program. With the names of the links that carry a mark of ours, where there are any. */
  readonly code?: readonly string[] | undefined;
}

/** Looks at the facts of a host from one side. Pure: facts are gathered before. */
export interface Check {
  /** The heading that its findings stand under. */
  readonly title: string;
  run(facts: HostFacts): readonly Finding[];
}
