import { spawn } from "node:child_process";

/** How a line ended that was given to a session. */
export interface Reply {
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The process of a session has ended before it replied; its exit code and words say why. */
export class SessionEnd extends Error {
  override readonly name = "SessionEnd";

  constructor(
    readonly why: "Ended" | "Timeout" | "ToolMissing",
    readonly stderr: string,
    options?: ErrorOptions,
  ) {
    super(stderr, options);
  }
}

/** No command of `ip`: it complains on standard error, which is not buffered, once all before it is done. */
const END = "done";
const COMPLAINT = `Object "${END}" is unknown, try "ip help".\nCommand failed -:`;

/** A read that always has an answer, with `"ifname":"lo"` in it. */
const FENCE = "addr show dev lo";

const FAILURE = /Command failed -:\d+\n$/;

/**
 * An `ip -batch` that is kept open, to which a line takes a fiftieth of the time of a process. A read must print one line of
 * JSON.
 */
export class Session {
  private readonly process;
  private stdout = "";
  private stderr = "";
  private notice: () => void = () => {};
  private end: SessionEnd | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private isTimedOut = false;
  /** Lines taken and not yet replied to. */
  private pending = 0;
  /** Lines that wait for the reply to a read. */
  private readonly held: { readonly line: string; readonly isRead: boolean }[] = [];
  private isReading = false;
  /** Whether it has not been given anything yet, and so remembers nothing. */
  isNew = true;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;

  constructor(options: readonly string[]) {
    // Not by execa, whose share of a start is as large as node's own; there is one for each namespace.
    this.process = spawn("ip", [...options, "-force", "-batch", "-"]);
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.notice();
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.notice();
    });
    // That it takes no more lines shows in its end.
    this.process.stdin.on("error", () => {});
    let failure: NodeJS.ErrnoException | undefined;
    this.process.on("error", (error) => {
      failure = error;
    });
    this.ended = new Promise((resolve) => {
      this.process.once("close", () => {
        const why = this.isTimedOut ? "Timeout" : failure?.code === "ENOENT" ? "ToolMissing" : "Ended";
        this.end = new SessionEnd(why, this.stderr, { cause: failure });
        this.notice();
        resolve();
      });
    });
  }

  get isIdle(): boolean {
    return this.pending === 0;
  }

  /** Takes a line, to be run after those that were taken before; no reply where it had ended by the time of its turn. */
  run(line: string, isRead: boolean, timeout: number): Promise<Reply | undefined> {
    this.pending++;
    this.isNew = false;
    this.held.push({ line, isRead });
    this.give();
    const reply = this.last.then(() => this.exchange(isRead, timeout)).finally(() => this.pending--);
    this.last = reply.catch(() => {});
    return reply;
  }

  /** Lets it end once it has replied to everything. */
  close(): void {
    void this.last.then(() => this.process.stdin.end());
  }

  /**
   * Gives all lines up to the next read at once, as each wait for a reply is one for this process as well. Not what comes
   * after a read: one that fails may leave half a line on standard output.
   */
  private give(): void {
    while (!this.isReading) {
      const next = this.held.shift();
      if (!next) return;
      this.isReading = next.isRead;
      this.process.stdin.write(`${next.line}\n${END}\n`);
    }
  }

  private async exchange(isRead: boolean, timeout: number): Promise<Reply | undefined> {
    if (this.end) return undefined;
    const timer = setTimeout(() => {
      this.isTimedOut = true;
      this.process.kill("SIGKILL");
    }, timeout);
    try {
      const said = await this.complaint();
      const [isOk, stderr] = [!FAILURE.test(said), said.replace(FAILURE, "")];
      if (!isRead) return { isOk, stdout: "", stderr };
      if (isOk) return { isOk, stdout: await this.until(() => this.takeLine("\n")), stderr };
      // What it may have printed before it failed comes before this.
      this.process.stdin.write(`${FENCE}\n${END}\n`);
      await this.complaint();
      await this.until(() => this.takeLine('"ifname":"lo"'));
      return { isOk, stdout: "", stderr };
    } finally {
      clearTimeout(timer);
      if (isRead) {
        this.isReading = false;
        this.give();
      }
    }
  }

  /** What was complained about the line whose turn it is, once it is done. */
  private complaint(): Promise<string> {
    return this.until(() => {
      const at = this.stderr.indexOf(COMPLAINT);
      const close = this.stderr.indexOf("\n", at + COMPLAINT.length);
      if (at < 0 || close < 0) return undefined;
      const said = this.stderr.slice(0, at);
      this.stderr = this.stderr.slice(close + 1);
      return said;
    });
  }

  /** Standard output up to the end of the line that has `text`. */
  private takeLine(text: string): string | undefined {
    const at = this.stdout.indexOf(text);
    const close = at < 0 ? -1 : this.stdout.indexOf("\n", at);
    if (close < 0) return undefined;
    const taken = this.stdout.slice(0, close);
    this.stdout = this.stdout.slice(close + 1);
    return taken;
  }

  /** Waits until `find` finds something in what has been printed. */
  private until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      this.notice = () => {
        const found = find();
        if (found !== undefined) resolve(found);
        else if (this.end) reject(this.end);
      };
      this.notice();
    });
  }
}
