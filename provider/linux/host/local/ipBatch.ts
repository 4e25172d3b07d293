import { spawn } from "node:child_process";
import { FENCE, FENCE_END } from "../ipLine";

/** The reply to a line of a session. */
export interface Reply {
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The session ended before it replied. Its exit code and message tell why. */
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

/**
 * An invalid command that marks the end of a line: `ip` complains on standard error, which is unbuffered, once all earlier
 * lines are done.
 */
const END = "done";
const COMPLAINT = `Object "${END}" is unknown, try "ip help".\nCommand failed -:`;

const FAILURE = /Command failed -:\d+\n$/;

/**
 * Keeps an `ip -batch` open, in which a line takes a fiftieth of the time of a process. Each read must print one line of
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
  /** Lines that were sent and not answered yet. */
  private pending = 0;
  /** Lines that wait for the reply to a read. */
  private readonly held: { readonly line: string; readonly isRead: boolean }[] = [];
  private isReading = false;
  /** Whether the session has run nothing yet, and therefore has nothing cached. */
  isNew = true;
  readonly ended: Promise<void>;

  constructor(options: readonly string[]) {
    // Not started by execa, which would double the cost of a start; every namespace has a session.
    this.process = spawn("ip", [...options, "-force", "-batch", "-"]);
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.notice();
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.notice();
    });
    // The end of the process reports that it takes no more lines.
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

  /** Queues a line. The result has no reply if the session has ended by its turn. */
  run(line: string, isRead: boolean, timeout: number): Promise<Reply | undefined> {
    this.pending++;
    this.isNew = false;
    this.held.push({ line, isRead });
    this.give();
    const reply = this.last.then(() => this.exchange(isRead, timeout)).finally(() => this.pending--);
    this.last = reply.catch(() => {});
    return reply;
  }

  /** Ends the session after all replies. */
  close(): void {
    void this.last.then(() => this.process.stdin.end());
  }

  /**
   * Sends all lines up to the next read at once, because each wait for a reply also wakes this process. Later lines wait,
   * because a failing read may leave an incomplete line on standard output.
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
      if (isOk) return { isOk, stdout: await this.until(() => this.takeLine(/\n/)), stderr };
      // Output printed before the failure comes first.
      this.process.stdin.write(`${FENCE}\n${END}\n`);
      await this.complaint();
      await this.until(() => this.takeLine(FENCE_END));
      return { isOk, stdout: "", stderr };
    } finally {
      clearTimeout(timer);
      if (isRead) {
        this.isReading = false;
        this.give();
      }
    }
  }

  /** Returns the error message of the current line once it is done. */
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

  /** Returns standard output up to the end of the line that contains `pattern`. */
  private takeLine(pattern: RegExp): string | undefined {
    const at = this.stdout.search(pattern);
    const close = at < 0 ? -1 : this.stdout.indexOf("\n", at);
    if (close < 0) return undefined;
    const taken = this.stdout.slice(0, close);
    this.stdout = this.stdout.slice(close + 1);
    return taken;
  }

  /** Waits until `find` finds something in the output. */
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
