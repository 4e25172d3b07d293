import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../support/stack";
import { logIn } from "./engine";
import type { Task, Verdict } from "./player";
import type { Clean, Scenario } from "./scenario";
import { scrub } from "./scrub";

/** Milliseconds that one scenario may take, far more than on a busy machine. */
const PATIENCE = 180_000;

const LATE = `no end within ${PATIENCE / 1000} seconds; the engine said:\n`;

/** Plays scenarios in a separate process, which ends with the first failure, as Pulumi's runtime cannot continue after a failed program. */
export class Stage {
  private player: { readonly process: ChildProcess; readonly folder: string } | undefined;

  constructor(private readonly clean: Clean) {}

  /** Plays a scenario. Resolves to the failure, with everything cleaned up, or to `undefined`. */
  async play(scenario: Scenario): Promise<string | undefined> {
    this.player ??= await start();
    const { process, folder } = this.player;
    const { failure } = await answer(process, { clean: this.clean, scenario });
    if (failure === undefined) return undefined;
    const said = failure === LATE ? await readFile(logIn(folder), "utf8").catch(() => "") : "";
    await this.close();
    await scrub(this.clean).catch((error: Error) => {
      throw new Error(`${failure}${said}\n${error.message}`);
    });
    return failure + said;
  }

  async close(): Promise<void> {
    if (!this.player) return;
    const { process: child, folder } = this.player;
    this.player = undefined;
    if (child.exitCode === null && child.pid !== undefined) {
      const gone = once(child, "exit");
      // Also ends the engine and the provider, in case they hang.
      process.kill(-child.pid, "SIGKILL");
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  }
}

async function start() {
  // Below the checkout, where programs find the provider by the package's name.
  await mkdir(join(root, ".test-stacks"), { recursive: true });
  const folder = await mkdtemp(join(root, ".test-stacks", "fuzz-"));
  return {
    folder,
    process: fork(join(__dirname, "player.ts"), [folder], { detached: true, serialization: "advanced" }),
  };
}

function answer(child: ChildProcess, task: Task): Promise<Verdict> {
  return new Promise((resolve) => {
    const settle = (failure: string | undefined) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve({ failure });
    };
    const timer = setTimeout(() => settle(LATE), PATIENCE);
    child.once("message", (verdict: Verdict) => settle(verdict.failure));
    child.once("error", (error) => settle(error.message));
    child.once("exit", (code) => settle(`the process ended with exit code ${code}`));
    child.send(task);
  });
}
