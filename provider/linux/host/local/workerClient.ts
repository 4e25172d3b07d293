import { type ChildProcess, fork } from "node:child_process";
import { gathering } from "./batching";
import type { Line } from "./ipBatchPool";
import type { Asked, Outcome, Told } from "./worker";

/** Beside this file, in the language that it is in itself. */
const [PROGRAM, LOADER] = __filename.endsWith(".ts")
  ? [`${__dirname}/worker.ts`, ["--require", "ts-node/register/transpile-only"]]
  : [`${__dirname}/worker.js`, []];

/** The process has ended before it told anything: which of the lines were run is not known. */
export interface Lost {
  readonly why: "Lost";
  readonly stderr: string;
}

/**
 * Sessions in a process of their own. To start a process, node copies the page tables of its own: of one that has loaded
 * Pulumi that takes 4 ms, of a small one 1 ms, on another core at that.
 */
export class RemoteSessions {
  private process: ChildProcess | undefined;
  private post: (asked: Asked) => void = () => {};
  private readonly waiting = new Map<number, (outcomes: readonly (Outcome | Lost)[]) => void>();
  private last = 0;

  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly timeout: () => number,
  ) {}

  /**
   * Runs `changes` one after the other, of which the first that fails ends it all, then `looks` at once. Gives the outcome
   * of each line that was run.
   */
  run(changes: readonly Line[], looks: readonly Line[]): Promise<readonly (Outcome | Lost)[]> {
    return this.ask({ changes, looks });
  }

  /** Ends what keeps a namespace alive, and waits until it is gone. */
  async leave(namespace: string): Promise<void> {
    if (this.process) await this.ask({ changes: [], looks: [], leave: namespace });
  }

  private async ask(what: Omit<Asked, "id" | "timeout">): Promise<readonly (Outcome | Lost)[]> {
    // Before anything waits for an answer: it throws where what is set is no number.
    const timeout = this.timeout();
    this.process ??= this.start();
    const { process } = this;
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      // Only while somebody waits for it may it keep the program from ending.
      if (this.waiting.size === 1) hold(process, "ref");
      this.post({ id, timeout, ...what });
    });
  }

  private start(): ChildProcess {
    const child = fork(PROGRAM, { execArgv: LOADER, env: { ...process.env, ...this.env } });
    // That it takes no more shows in its end.
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
