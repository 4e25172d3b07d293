import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Answer, Ask, Reply, Serve, Shout, Task } from "./tasks";

const COMMAND = [
  process.execPath,
  ...["--require", require.resolve("ts-node/register/transpile-only"), join(__dirname, "agent.ts")],
];

/** A process in a namespace with its servers, also used as a client. */
export class Agent {
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private next = 0;

  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
  ) {
    process.on("message", (reply: Reply) => this.waiting.get(reply.id)?.(reply));
    process.once("exit", () => {
      const error = "it has ended";
      for (const [id, settle] of this.waiting) settle({ id, error });
    });
  }

  /** `namespace` is `undefined` for the host. Resolves once its servers listen. */
  static async start(name: string, namespace: string | undefined, servers: readonly Serve[]): Promise<Agent> {
    const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    const [file = "", ...args] = [...inside, ...COMMAND, name];
    const agent = new Agent(name, spawn(file, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
    await agent.told({ servers });
    return agent;
  }

  async ask(ask: Ask): Promise<Answer | undefined> {
    const answer = await this.told({ ask });
    return typeof answer === "string" ? undefined : answer;
  }

  async shout(shout: Shout): Promise<void> {
    await this.told({ shout });
  }

  /** The address from which a word arrived. */
  async heard(word: string): Promise<string | undefined> {
    const peer = await this.told({ heard: word });
    return typeof peer === "string" ? peer : undefined;
  }

  async stop(): Promise<void> {
    if (!this.process.connected) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.disconnect();
    await ended;
  }

  private async told(task: Task): Promise<Reply["result"]> {
    const id = this.next++;
    const { result, error } = await new Promise<Reply>((resolve) => {
      this.waiting.set(id, resolve);
      this.process.send({ id, task });
    });
    this.waiting.delete(id);
    if (error !== undefined) throw new Error(`${this.name}: ${error}`);
    return result;
  }
}
