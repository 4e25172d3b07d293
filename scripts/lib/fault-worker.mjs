import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { inRoot, root } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { run } from "./run.mjs";
import { inSandbox, stopSandbox } from "./sandbox.mjs";

const program = [
  process.execPath,
  "--require",
  "ts-node/register/transpile-only",
  inRoot("test", "faults", "worker.ts"),
];

/** Starts a sandbox with a worker that tries one point after the other. */
export async function startWorker(sandbox, env) {
  const [command, args] = inSandbox(sandbox, program);
  const child = spawn(command, args, { cwd: root, env, stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  // The worker ended; `answer` reports it.
  child.stdin.on("error", () => {});
  const stop = () => spawnSync(...stopSandbox(sandbox), { env, stdio: "ignore" });
  process.once("exit", stop);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function answer() {
    const { value, done } = await lines.next();
    if (done) throw new Problem(`The worker in the sandbox ${sandbox} ended without an answer; see above.`);
    return JSON.parse(value);
  }

  return {
    /** The points of all programs. */
    points: await answer(),
    try(point) {
      child.stdin.write(`${point}\n`);
      return answer();
    },
    async end() {
      child.stdin.end();
      await ended;
      await run(...stopSandbox(sandbox), { env });
      process.off("exit", stop);
    },
  };
}
