import { existsSync, readdirSync, statSync } from "node:fs";
import { appendFile, copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { differences, type Snapshot, snapshot } from "../support/snapshot";
import { copyExample, environment, root } from "../support/stack";
import type { Boundaries, Mode, Operation } from "./point";
import { type Ended, run } from "./run";
import { layShims } from "./shim";

/** How `pulumi` is to be run. */
interface Manner {
  readonly mode?: Mode;
  /** For the shim; without any there is no shim. */
  readonly fault?: Readonly<Record<string, string>>;
  /** What comes before `pulumi` on the command line. */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The seed example in a folder of its own, with the pictures of this host with and without it. Only in a sandbox. */
export class Lab {
  private constructor(
    readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    /** PATH on which the shim comes first. */
    private readonly shimmed: string,
    /** The host before anything. */
    readonly bare: Snapshot,
    /** The host after a clean `up`. */
    readonly built: Snapshot,
    readonly boundaries: Boundaries,
  ) {}

  /** Sets it up, and learns from a clean `up` and `destroy` what is there to strike at and to compare with. */
  static async open(): Promise<Lab> {
    const folder = await copyExample("seed");
    await compile(folder);
    const env = {
      ...process.env,
      ...(await environment(folder)),
      NODE_OPTIONS: `--require ${join(__dirname, "quick.cjs")}`,
    };
    // A disk of its own, which can be full without harm to others. It is gone with the sandbox.
    await execa("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", join(folder, "state")]);
    const shimmed = await layShims(join(folder, "shims"), process.env["PATH"] ?? "");
    const bare = await snapshot();
    const draft = new Lab(folder, env, shimmed, bare, bare, { up: none, destroy: none });
    must(await draft.pulumi(["stack", "init", "test"]));
    const up = await draft.count("up");
    const built = await settledSnapshot();
    const destroy = await draft.count("destroy");
    const { missing, extra } = differences(bare, await snapshot());
    const left = [...missing, ...extra];
    if (left.length > 0) throw new Error(`a clean run leaves something behind:\n${left.join("\n")}`);
    return new Lab(folder, env, shimmed, bare, built, { up, destroy });
  }

  /** `pulumi WORDS`, until nothing of it runs any more. */
  pulumi(words: readonly string[], { mode, fault, prefix = [], env }: Manner = {}): Promise<Ended> {
    return run([...prefix, "pulumi", ...words, "--non-interactive", "--color", "never"], this.folder, {
      ...this.env,
      ...(mode === "no-checkpoints" && { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" }),
      ...(fault && {
        PATH: this.shimmed,
        FAULT_LOG: this.log,
        FAULT_DISK: join(this.folder, "state"),
        ...fault,
      }),
      ...env,
    });
  }

  /** `up` or `destroy`, as a script would run it. */
  operate(operation: Operation, manner: Manner = {}, words: readonly string[] = []): Promise<Ended> {
    return this.pulumi([operation, "--yes", "--skip-preview", "--suppress-progress", ...words], manner);
  }

  /** The calls of the last run with a fault that change something, in their order. */
  async calls(): Promise<string[]> {
    const lines = existsSync(this.log) ? await readFile(this.log, "utf8") : "";
    return lines.split("\n").flatMap((line) => /^\d+ (.*)$/.exec(line)?.slice(1) ?? []);
  }

  async forgetCalls(): Promise<void> {
    await rm(this.log, { force: true });
  }

  /** Whether a run that ended badly still holds the stack. */
  isLocked(): boolean {
    const folder = join(this.folder, "state", ".pulumi", "locks");
    if (!existsSync(folder)) return false;
    return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());
  }

  /** After a full disk: makes space, and puts the last backup in the place of a state that could not be written. */
  async makeSpace(): Promise<void> {
    const folder = join(this.folder, "state");
    await rm(join(folder, "filler"), { force: true });
    const state = join(folder, ".pulumi", "stacks", "netns-seed");
    const backups = join(folder, ".pulumi", "backups", "netns-seed");
    if (statSync(join(state, "test.json")).size > 0) return;
    const written = (await readdir(join(backups, "test"))).filter((name) => name.endsWith(".json")).sort();
    await copyFile(join(backups, "test", written.at(-1) ?? ""), join(state, "test.json"));
  }

  async close(): Promise<void> {
    await execa("umount", [join(this.folder, "state")]);
    await rm(this.folder, { recursive: true, force: true });
  }

  private get log(): string {
    return join(this.folder, "calls.log");
  }

  private async count(operation: Operation) {
    await this.forgetCalls();
    must(await this.operate(operation, { fault: {} }));
    const calls = await this.calls();
    return { calls: calls.length, batches: calls.filter(isBatch).length };
  }
}

const none = { calls: 0, batches: 0 };

/** In the shim as well. */
export const isBatch = (call: string): boolean => call.includes(" -batch ");

/** To JavaScript, which saves every run a second of ts-node. */
async function compile(folder: string): Promise<void> {
  const program = await readFile(join(folder, "index.ts"), "utf8");
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2023 };
  await writeFile(join(folder, "index.js"), transpileModule(program, { compilerOptions }).outputText);
  await appendFile(join(folder, "Pulumi.yaml"), "main: index.js\n");
}

/** Once the kernel has finished what it does in the background: IPv6 addresses are tentative for a second or two. */
async function settledSnapshot(): Promise<Snapshot> {
  for (;;) {
    const seen = await snapshot();
    if (!Object.values(seen).some((text) => text.includes('"tentative":true'))) return seen;
    await sleep(200);
  }
}

function must({ isGood, output }: Ended): void {
  if (!isGood) throw new Error(`a clean run failed:\n${output}`);
}

/** A sandbox within this one: another machine, which can be switched off. */
export function machine(name: string) {
  const sandbox = [join(root, "dist", "cli", "main.js"), "sandbox"];
  return {
    prefix: [process.execPath, ...sandbox, "--name", name, "--"],
    switchOff: () => execa(process.execPath, [...sandbox, "stop", "--name", name]),
  };
}
