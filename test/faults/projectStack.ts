import { existsSync, readdirSync, statSync } from "node:fs";
import { appendFile, copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { z } from "zod";
import { copyProject, environment, QUICK, root } from "../support/stack";
import type { Mode, Operation, Program } from "./point";
import { type Ended, run } from "./run";
import { layShims } from "./shim";

/** How to run `pulumi`. */
interface Manner {
  readonly mode?: Mode;
  /** The settings of the shim. Without them there is no shim. */
  readonly fault?: Readonly<Record<string, string>>;
  /** Words before `pulumi` on the command line. */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const FOLDERS: Readonly<Record<Program, string>> = {
  seed: join(root, "examples", "seed"),
  composites: join(__dirname, "composites"),
};

const Resource = z.object({
  urn: z.string(),
  id: z.string().optional(),
  delete: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});

const State = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z.array(Resource).default([]),
    }),
  }),
});

/** Providers have random ids. */
const isOwn = ({ urn }: z.output<typeof Resource>): boolean => !urn.includes("::pulumi:providers:");

/** Values that each kernel assigns, and parameters of the stack's own links, whose presence depends on the order of writes. */
const PASSING = /^(ifindex|peerIfindex|inode|era|__provider|net\/ipv[46]\/conf\/(?!all\/|default\/|lo\/).*)$/;

const withoutPassing = (key: string, value: unknown): unknown => (PASSING.test(key) ? undefined : value);

/** A project in its own folder with the real CLI. Only in a sandbox. */
export class ProjectStack {
  private constructor(
    private readonly project: string,
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    /** PATH with the shim first. */
    private readonly shimmed: string,
  ) {}

  static async make(program: Program): Promise<ProjectStack> {
    const folder = await copyProject(FOLDERS[program]);
    await compile(folder);
    const env = {
      ...process.env,
      ...(await environment(folder)),
      ...QUICK,
    };
    // Its own disk, which can be filled without harm to others. It is removed with the sandbox.
    await execa("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", join(folder, "state")]);
    const shimmed = await layShims(join(folder, "shims"), process.env["PATH"] ?? "");
    const stack = new ProjectStack(`netns-${program}`, folder, env, shimmed);
    succeeded(await stack.pulumi(["stack", "init", "test"]));
    return stack;
  }

  /** Runs `pulumi WORDS` and waits until none of its processes is left. */
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

  /** `up` of the program or of the changed one, or `destroy`, as a script would run it. */
  operate(operation: Operation, manner: Manner = {}, words: readonly string[] = []): Promise<Ended> {
    const verb = operation === "destroy" ? "destroy" : "up";
    const env = { ...manner.env, ...(operation === "change" && { FAULT_CHANGED: "yes" }) };
    const flags = ["--yes", "--skip-preview", "--suppress-progress"];
    return this.pulumi([verb, ...flags, ...words], { ...manner, env });
  }

  /**
   * The engine's view of each resource, a line each, without values that each kernel assigns. Creations interrupted by a crash remain
   * pending until a person clears them (docs/troubleshooting.md).
   */
  async resources(): Promise<string> {
    const text = await readFile(join(this.stateFolder, "stacks", this.project, "test.json"), "utf8");
    const { resources } = State.parse(JSON.parse(text)).checkpoint.latest;
    return resources
      .filter(isOwn)
      .map((one) => JSON.stringify(one, withoutPassing))
      .sort()
      .join("\n");
  }

  /** The calls of the last run with a fault that changed something, in order. */
  async calls(): Promise<string[]> {
    const lines = existsSync(this.log) ? await readFile(this.log, "utf8") : "";
    return lines.split("\n").flatMap((line) => /^\S+ (.*)$/.exec(line)?.slice(1) ?? []);
  }

  async forgetCalls(): Promise<void> {
    await rm(this.log, { force: true });
  }

  /** Whether a failed run still locks the stack. */
  isLocked(): boolean {
    const folder = join(this.stateFolder, "locks");
    if (!existsSync(folder)) return false;
    return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());
  }

  /** After a full disk: frees space, and restores the last backup if the state could not be written. */
  async makeSpace(): Promise<void> {
    await rm(join(this.folder, "state", "filler"), { force: true });
    const state = join(this.stateFolder, "stacks", this.project);
    const backups = join(this.stateFolder, "backups", this.project);
    if (statSync(join(state, "test.json")).size > 0) return;
    const written = (await readdir(join(backups, "test"))).filter((name) => name.endsWith(".json")).sort();
    await copyFile(join(backups, "test", written.at(-1) ?? ""), join(state, "test.json"));
  }

  /** Rewrites the state as a version without the arguments that have defaults. */
  async ageState(): Promise<void> {
    const file = join(this.stateFolder, "stacks", this.project, "test.json");
    const state = JSON.parse(await readFile(file, "utf8"));
    for (const { inputs, outputs } of state.checkpoint.latest.resources) {
      for (const properties of [inputs, outputs]) removeDefaults(properties);
    }
    await writeFile(file, JSON.stringify(state));
  }

  /** After a crash: a CLI killed between creating and writing such a file leaves a state that Pulumi cannot read. */
  async removeTornAttributes(): Promise<void> {
    await execa("find", [this.stateFolder, "-name", "*.attrs", "-empty", "-delete"]);
  }

  async remove(): Promise<void> {
    await execa("umount", [join(this.folder, "state")]);
    await rm(this.folder, { recursive: true, force: true });
  }

  private get stateFolder(): string {
    return join(this.folder, "state", ".pulumi");
  }

  private get log(): string {
    return join(this.folder, "calls.log");
  }
}

const DEFAULTS: readonly unknown[] = [false, "unicast", "nftables", "main"];

function removeDefaults(properties: Record<string, unknown> = {}): void {
  if (typeof properties["mark"] !== "string") return;
  for (const [key, value] of Object.entries(properties)) {
    if (DEFAULTS.includes(value) || isVoid(value)) delete properties[key];
  }
}

const isVoid = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** Compiles it to JavaScript, which saves each run a second of ts-node. */
async function compile(folder: string): Promise<void> {
  const program = await readFile(join(folder, "index.ts"), "utf8");
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2023 };
  await writeFile(join(folder, "index.js"), transpileModule(program, { compilerOptions }).outputText);
  await appendFile(join(folder, "Pulumi.yaml"), "main: index.js\n");
}

export function succeeded({ isGood, output }: Ended): void {
  if (!isGood) throw new Error(`a run without any fault failed:\n${output}`);
}
