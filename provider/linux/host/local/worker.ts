import { gathering } from "./batching";
import { type Reply, SessionEnd } from "./ipBatch";
import { type Line, Sessions } from "./ipBatchPool";

// The process that `RemoteSessions` starts: it keeps sessions open for the one that has started it, and ends with it.

/** What it is asked: to run lines, or to leave a namespace. */
export interface Asked {
  readonly id: number;
  /** How long each line may take, in milliseconds. */
  readonly timeout: number;
  /** Run one after the other; the first that fails ends it all. */
  readonly changes: readonly Line[];
  /** Run after those, at once. */
  readonly looks: readonly Line[];
  readonly leave?: string;
}

/** What has become of a line. */
export type Outcome = Reply | Pick<SessionEnd, "why" | "stderr">;

/** What it answers: the outcome of each line that was run. */
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

// Whatever a tool is at, it goes on with; its standard input has ended.
process.on("disconnect", () => process.exit());
