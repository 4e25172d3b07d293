import { type ChildProcess, fork } from "node:child_process";
import type { Line } from "../ipLine";
import { gathering } from "./batching";
import type { Asked, Outcome, Told } from "./worker";

/** The worker beside this file, with the same extension: TypeScript or JavaScript. */
const [PROGRAM, LOADER] = __filename.endsWith(".ts")
  ? [`${__dirname}/worker.ts`, ["--require", "ts-node/register/transpile-only"]]
  : [`${__dirname}/worker.js`, []];

/** The process ended without a reply, so it is unknown which lines were run. */
export interface Lost {
  readonly why: "Lost";
  readonly stderr: string;
}

/**
 * Runs sessions in a separate process. Starting a process copies node's page tables, which takes 4 ms once Pulumi is loaded,
 * but 1 ms in a small process on another core.
 */
export class WorkerClient {
  private process: ChildProcess | undefined;
  private post: (asked: Asked) => void = () => {};
  private readonly waiting = new Map<number, (outcomes: readonly (Outcome | Lost)[]) => void>();
  private last = 0;

  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly timeout: () => number,
  ) {}

  /**
   * Runs `changes` in order up to the first failure, then `looks` concurrently. Returns the outcome of each line that was
   * run.
   */
  run(changes: readonly Line[], looks: readonly Line[]): Promise<readonly (Outcome | Lost)[]> {
    return this.ask({ changes, looks });
  }

  /** Ends the sessions that keep a namespace alive, and waits until they are gone. */
  async leave(namespace: string): Promise<void> {
    if (this.process) await this.ask({ changes: [], looks: [], leave: namespace });
  }

  private async ask(what: Omit<Asked, "id" | "timeout">): Promise<readonly (Outcome | Lost)[]> {
    // First, because it throws if the setting is not a number.
    const timeout = this.timeout();
    this.process ??= this.start();
    const { process } = this;
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      // The process keeps the program alive only while somebody waits for a reply.
      if (this.waiting.size === 1) hold(process, "ref");
      this.post({ id, timeout, ...what });
    });
  }

  private start(): ChildProcess {
    const child = fork(PROGRAM, { execArgv: LOADER, env: { ...process.env, ...this.env } });
    // The end of the process reports that it takes no more requests.
    this.post = gathering((all: readonly Asked[]) => child.send(all, () => {}));
    child.on("message", (all: readonly Told[]) => {
      for (const told of all) this.receive(told);
      if (this.waiting.size === 0) hold(child, "unref");
    });
    child.once("exit", (code, signal) => {
      this.process = undefined;
      const stderr = `the process that keeps \`ip\` open has ended: ${signal ?? `exit code ${code}`}`;
      for (const resolve of this.waiting.values()) resolve([{ why: "Lost", stderr }]);
      this.waiting.clear();
    });
    hold(child, "unref");
    return child;
  }

  private receive({ id, outcomes }: Told): void {
    this.waiting.get(id)?.(outcomes);
    this.waiting.delete(id);
  }
}

function hold(child: ChildProcess, whether: "ref" | "unref"): void {
  child[whether]();
  child.channel?.[whether]();
}
