import { spawn } from "node:child_process";
import { once } from "node:events";
import { CliError } from "../errors";

const patienceSeconds = 60;

/**
 * Runs `work` under a lock. The kernel releases a flock with its process, so no lock is ever stale. Node has no flock,
 * so flock(1) runs `cat`: its echo confirms the lock, and it ends when our end of the pipe closes.
 */
export async function withLock<T>(file: string, path: string, work: () => Promise<T>): Promise<T> {
  const keeper = spawn("flock", ["--exclusive", "--timeout", String(patienceSeconds), file, "cat"], {
    env: { PATH: path, LC_ALL: "C" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  keeper.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  keeper.stdin.on("error", () => undefined);
  const ended = once(keeper, "close").then(() => "ended");
  keeper.stdin.write("locked\n");
  const first = await Promise.race([once(keeper.stdout, "data").then(() => "locked"), ended]);
  if (first === "ended") {
    const reason = stderr.trim() || `another pulumi-netns has held it for ${patienceSeconds} seconds`;
    throw new CliError(`cannot lock ${file}: ${reason}.`);
  }
  try {
    return await work();
  } finally {
    keeper.stdin.end();
    await ended;
  }
}
