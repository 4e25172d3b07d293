import { type ChildProcess, fork } from "node:child_process";
import { gathering } from "./mail";
import { type Reply, SessionEnd } from "./session";
import type { Asked, Told } from "./sessionProcess";
import type { Line } from "./sessions";

/** Beside this file, in the language that it is in itself. */
const [PROGRAM, LOADER] = __filename.endsWith(".ts")
  ? [`${__dirname}/sessionProcess.ts`, ["--require", "ts-node/register/transpile-only"]]
  : [`${__dirname}/sessionProcess.js`, []];

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sessions in a process of their own. To start a process, node copies the page tables of its own: of one that has loaded
 * Pulumi that takes 4 ms, of a small one 1 ms, on another core at that.
 */
export class RemoteSessions {
  private process: ChildProcess | undefined;
  private post: (asked: Asked) => void = () => {};
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly timeout: () => number,
  ) {}

  run(line: Line): Promise<Reply> {
    return this.ask({ line });
  }

  /** Ends what keeps a namespace alive, and waits until it is gone. */
  async leave(namespace: string): Promise<void> {
    if (this.process) await this.ask({ leave: namespace });
  }

  private ask(what: Pick<Asked, "line" | "leave">): Promise<Reply> {
    this.process ??= this.start();
    const { process } = this;
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // Only while somebody waits for it may it keep the program from ending.
      if (this.waiting.size === 1) hold(process, "ref");
      this.post({ id, timeout: this.timeout(), ...what });
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
      for (const { reject } of this.waiting.values()) reject(new SessionEnd("Ended", stderr));
      this.waiting.clear();
    });
    hold(child, "unref");
    return child;
  }

  private receive({ id, reply, end }: Told): void {
    const { resolve, reject } = this.waiting.get(id) ?? {};
    this.waiting.delete(id);
    if (reply) resolve?.(reply);
    else reject?.(new SessionEnd(end?.why ?? "Ended", end?.stderr ?? ""));
  }
}

function hold(child: ChildProcess, whether: "ref" | "unref"): void {
  child[whether]();
  child.channel?.[whether]();
}
