import { gathering } from "./mail";
import { type Reply, SessionEnd } from "./session";
import { type Line, Sessions } from "./sessions";

// The process that `RemoteSessions` starts: it keeps sessions open for the one that has started it, and ends with it.

/** What it is asked: to run a line, or to leave a namespace. */
export interface Asked {
  readonly id: number;
  /** How long the tool may take, in milliseconds. */
  readonly timeout: number;
  readonly line?: Line;
  readonly leave?: string;
}

/** What it answers. */
export interface Told {
  readonly id: number;
  readonly reply?: Reply;
  readonly end?: Pick<SessionEnd, "why" | "stderr">;
}

const NOTHING: Reply = { isOk: true, stdout: "", stderr: "" };

const sessions = new Sessions();

async function answer({ line, leave, timeout }: Asked): Promise<Omit<Told, "id">> {
  try {
    if (leave !== undefined) await sessions.leave(leave);
    return { reply: line ? await sessions.run(line, timeout) : NOTHING };
  } catch (error) {
    if (!(error instanceof SessionEnd)) throw error;
    const { why, stderr } = error;
    return { end: { why, stderr } };
  }
}

const tell = gathering((all: readonly Told[]) => process.send?.(all));

process.on("message", (all: readonly Asked[]) => {
  for (const asked of all) void answer(asked).then((told) => tell({ id: asked.id, ...told }));
});

// Whatever a tool is at, it goes on with; its standard input has ended.
process.on("disconnect", () => process.exit());
