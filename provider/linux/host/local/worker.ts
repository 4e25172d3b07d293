import type { Line } from "../ipLine";
import { gathering } from "./batching";
import { type Reply, SessionEnd } from "./ipBatch";
import { Sessions } from "./ipBatchPool";

// The process that `WorkerClient` starts. It keeps sessions open for its parent, and ends with it.

/** A request to run lines or to leave a namespace. */
export interface Asked {
  readonly id: number;
  /** The timeout of each line in milliseconds. */
  readonly timeout: number;
  /** Run in order up to the first failure. */
  readonly changes: readonly Line[];
  /** Run after the changes, concurrently. */
  readonly looks: readonly Line[];
  readonly leave?: string;
}

/** The result of a line. */
export type Outcome = Reply | Pick<SessionEnd, "why" | "stderr">;

/** The reply: the outcome of each line that was run. */
export interface Told {
  readonly id: number;
  readonly outcomes: readonly Outcome[];
}

const sessions = new Sessions();

async function answer({ changes, looks, leave, timeout }: Asked): Promise<readonly Outcome[]> {
  if (leave !== undefined) await sessions.leave(leave);
  const outcomes: Outcome[] = [];
  for (const line of changes) {
    const outcome = await outcomeOf(line, timeout);
    outcomes.push(outcome);
    if (!("isOk" in outcome && outcome.isOk)) return outcomes;
  }
  return [...outcomes, ...(await Promise.all(looks.map((line) => outcomeOf(line, timeout))))];
}

async function outcomeOf(line: Line, timeout: number): Promise<Outcome> {
  try {
    return await sessions.run(line, timeout);
  } catch (error) {
    if (!(error instanceof SessionEnd)) throw error;
    const { why, stderr } = error;
    return { why, stderr };
  }
}

const tell = gathering((all: readonly Told[]) => process.send?.(all));

process.on("message", (all: readonly Asked[]) => {
  for (const asked of all) void answer(asked).then((outcomes) => tell({ id: asked.id, outcomes }));
});

// A running tool completes its work although standard input has ended.
process.on("disconnect", () => process.exit());
