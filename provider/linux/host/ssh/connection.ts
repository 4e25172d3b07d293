import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import { patienceOf, type Reach, sshArguments } from "./destination";
import { FACTS_FUNCTION } from "./facts";
import { RECORD_FUNCTIONS } from "./farRecords";
import { type FarCommand, type FarReply, kill, preamble, Replies, request } from "./farShell";
import { failedToConnect, HostError } from "./hostError";

/** The reply to a command, or why there is none. */
export type FarOutcome = FarReply | "timeout" | "not run";

interface Waiting {
  readonly first: number;
  /** How many commands stop at the first failure. */
  readonly chained: number;
  readonly outcomes: (FarOutcome | undefined)[];
  readonly resolve: (outcomes: readonly FarOutcome[]) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
}

/** Whether the user at the far end is root, and what the SSH session came by. */
const WHO = (token: string) => `printf '\\n%s who %s %s\\n' ${token} "$(id -u)" "$SSH_CONNECTION"\n`;

/** One connection with one session, in which a plain shell answers requests. */
export class Connection {
  private number = 0;
  private readonly waiting = new Map<number, Waiting>();
  private readonly replies: Replies;
  private stderr = "";
  private failure: HostError | undefined;

  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly destination: string,
    /** Marks what the far end says to us. Unguessable, so no output can pretend to be a reply. */
    readonly token: string,
    /** Addresses and ports of the SSH connection as the far end sees them: `CLIENT PORT SERVER PORT`. */
    readonly path: string,
  ) {
    this.replies = new Replies(token, (number, reply) => this.receive(number, reply));
    process.stdout.on("data", (text: string) => this.replies.add(text));
    process.stderr.on("data", (text: string) => {
      this.stderr = `${this.stderr}${text}`.slice(-2000);
    });
    process.once("close", () => this.lose());
    this.hold("unref");
  }

  /** Connects, and becomes root. Throws a `HostError` that tells the fix. */
  static async open(reach: Reach): Promise<Connection> {
    const { destination } = reach;
    const token = randomBytes(16).toString("hex");
    const ssh = spawn("ssh", sshArguments(reach), { stdio: "pipe" });
    ssh.stdout.setEncoding("utf8");
    ssh.stderr.setEncoding("utf8");
    // The end of the process reports that it takes no more requests.
    ssh.stdin.on("error", () => {});
    const dialog = new Dialog(ssh, destination, token, patienceOf(reach));
    ssh.stdin.write(WHO(token));
    const [user = "", ...path] = (await dialog.answer("who")).split(" ");
    const isRoot = user === "0";
    if (!isRoot && reach.sudo === false)
      throw dialog.fail("the user is not root, and `sudo` is false. Log in as root, or omit `sudo`");
    if (!isRoot) {
      // A shell reads ahead, so the next one is sent nothing before it runs. With `-c` it reads nothing itself.
      ssh.stdin.write(`exec sudo -n sh -c 'printf "\\n%s root\\n" ${token}; exec sh'\n`);
      await dialog.answer("root");
    }
    ssh.stdin.write(preamble(token, FACTS_FUNCTION + RECORD_FUNCTIONS));
    await dialog.answer("ready");
    dialog.end();
    return new Connection(ssh, destination, token, path.join(" "));
  }

  get isOpen(): boolean {
    return this.failure === undefined;
  }

  /**
   * Runs the commands of `chain` up to the first failure. If there is none, runs those of `rest` as well. Throws a `HostError`
   * if the connection ends first, because it is then unknown which of them were run.
   */
  run(
    chain: readonly FarCommand[],
    rest: readonly FarCommand[],
    timeout: number,
  ): Promise<readonly FarOutcome[]> {
    if (this.failure) return Promise.reject(this.failure);
    const first = this.number + 1;
    const count = chain.length + rest.length;
    this.number += count;
    return new Promise((resolve, reject) => {
      const outcomes = Array.from({ length: count }, () => undefined);
      const waiting: Waiting = { first, chained: chain.length, outcomes, resolve, reject, timer: undefined };
      if (this.waiting.size === 0) this.hold("ref");
      for (let number = first; number < first + count; number++) this.waiting.set(number, waiting);
      this.restart(waiting, timeout);
      this.process.stdin.write(request(first, chain, rest));
    });
  }

  /** Ends the session. */
  close(): void {
    this.process.stdin.end();
  }

  /** Gives the next command of a request its time. */
  private restart(waiting: Waiting, timeout: number): void {
    clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => {
      this.process.stdin.write(kill(waiting.first));
      this.finish(waiting, "timeout");
    }, timeout);
  }

  private receive(number: number, reply: FarReply): void {
    const waiting = this.waiting.get(number);
    if (!waiting) return;
    const at = number - waiting.first;
    waiting.outcomes[at] = reply;
    const isStopped = reply.code !== 0 && at < waiting.chained;
    if (isStopped || !waiting.outcomes.includes(undefined)) this.finish(waiting, "not run");
    else waiting.timer?.refresh();
  }

  private finish(waiting: Waiting, missing: "timeout" | "not run"): void {
    this.forget(waiting);
    const lacks = waiting.outcomes.indexOf(undefined);
    waiting.resolve(waiting.outcomes.map((outcome, at) => outcome ?? (at === lacks ? missing : "not run")));
  }

  private forget({ first, outcomes, timer }: Waiting): void {
    clearTimeout(timer);
    for (let number = first; number < first + outcomes.length; number++) this.waiting.delete(number);
    if (this.waiting.size === 0) this.hold("unref");
  }

  private lose(): void {
    const said = this.stderr.trim();
    this.failure = new HostError(
      this.destination,
      `the connection has ended, so it is unknown what was done last. Run \`pulumi up --refresh\` once the host answers${said ? `\n${said}` : ""}`,
    );
    for (const waiting of new Set(this.waiting.values())) {
      this.forget(waiting);
      waiting.reject(this.failure);
    }
  }

  /** The connection keeps the program alive only while somebody waits for a reply. */
  private hold(whether: "ref" | "unref"): void {
    this.process[whether]();
    for (const stream of [this.process.stdin, this.process.stdout, this.process.stderr])
      if (stream instanceof Socket) stream[whether]();
  }
}

/** The exchange before the far end understands requests. It skips any other output, such as a banner. */
class Dialog {
  private stdout = "";
  private stderr = "";
  private isEnded = false;
  private notice: () => void = () => {};
  private readonly listeners = {
    stdout: (text: string) => {
      this.stdout += text;
      this.notice();
    },
    stderr: (text: string) => {
      this.stderr += text;
    },
    close: () => {
      this.isEnded = true;
      this.notice();
    },
  };
  private missing: NodeJS.ErrnoException | undefined;

  constructor(
    private readonly ssh: ChildProcessWithoutNullStreams,
    private readonly destination: string,
    private readonly token: string,
    /** The longest wait for an answer in milliseconds. */
    private readonly patience: number,
  ) {
    ssh.stdout.on("data", this.listeners.stdout);
    ssh.stderr.on("data", this.listeners.stderr);
    ssh.once("close", this.listeners.close);
    ssh.on("error", (error) => {
      this.missing = error;
    });
  }

  /** Returns the rest of the line that begins with the token and `word`. */
  answer(word: string): Promise<string> {
    const head = `\n${this.token} ${word}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.fail("it does not answer")), this.patience);
      this.notice = () => {
        const start = this.stdout.indexOf(head);
        const close = start < 0 ? -1 : this.stdout.indexOf("\n", start + 1);
        if (close < 0 && !this.isEnded) return;
        clearTimeout(timer);
        if (close < 0) return reject(this.why());
        const said = this.stdout.slice(start + head.length, close).trim();
        this.stdout = this.stdout.slice(close);
        resolve(said);
      };
      this.notice();
    });
  }

  /** Ends the connection, and returns the error. */
  fail(problem: string): HostError {
    this.end();
    this.ssh.kill();
    return new HostError(this.destination, problem);
  }

  end(): void {
    this.ssh.stdout.off("data", this.listeners.stdout);
    this.ssh.stderr.off("data", this.listeners.stderr);
    this.ssh.off("close", this.listeners.close);
  }

  private why(): HostError {
    if (this.missing?.code === "ENOENT")
      return new HostError(this.destination, "`ssh` is not installed here. Install the OpenSSH client");
    return failedToConnect(this.destination, this.stderr, "the connection could not be made");
  }
}
