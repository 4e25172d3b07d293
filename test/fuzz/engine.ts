import { appendFileSync } from "node:fs";
import { copyFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { environment, QUICK, withoutQuestions } from "../support/stack";
import { declare } from "./declare";
import type { Program } from "./program";

/** The last output of the engine, in case it does not end. */
export const logIn = (folder: string): string => join(folder, "engine.log");

interface Options {
  readonly refresh?: boolean;
  readonly expectNoChanges?: boolean;
}

/** The real engine with its own stack, for one program after the other. */
export class Engine {
  private constructor(
    private readonly stack: Stack,
    private readonly log: string,
    private readonly state: string,
    private readonly backups: string,
  ) {}

  /** When the last run began. */
  private started = 0;

  static async start(folder: string, stackName = "test"): Promise<Engine> {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: "fuzz", program: async () => {} },
      { workDir: folder, envVars: { ...(await environment(folder)), ...QUICK } },
    );
    withoutQuestions(stack);
    const home = join(folder, "state", ".pulumi");
    const state = join(home, "stacks", "fuzz", `${stackName}.json`);
    return new Engine(stack, logIn(folder), state, join(home, "backups", "fuzz", stackName));
  }

  /** Writes the state after every step, as by default, or only at the end, which is faster. */
  writeCheckpoints(always: boolean): void {
    const skip = always ? "false" : "true";
    Object.assign(this.stack.workspace.envVars, { PULUMI_EXPERIMENTAL: skip, PULUMI_SKIP_CHECKPOINTS: skip });
  }

  async up(program: Program, options: Options = {}): Promise<void> {
    await this.run(() => declare(program), options);
  }

  /** `up` of the resources that `declare` creates. */
  async run(declare: () => void, options: Options = {}): Promise<void> {
    await writeFile(this.log, "");
    this.started = Date.now();
    const onOutput = (text: string) => appendFileSync(this.log, text);
    await this.stack.up({ color: "never", program: async () => declare(), onOutput, ...options });
  }

  /**
   * Restores the state before the last run. Pulumi copies the state of each run into a folder. The file that it keeps beside the
   * state is from the write before, which may be of the same run.
   */
  async putBack(): Promise<void> {
    const copies = await Promise.all(
      (await readdir(this.backups))
        .filter((name) => name.endsWith(".json"))
        .map(async (name) => {
          const file = join(this.backups, name);
          return { file, written: (await stat(file)).mtimeMs };
        }),
    );
    const [last] = copies
      .filter(({ written }) => written < this.started)
      .sort((one, other) => other.written - one.written);
    if (!last) throw new Error(`no copy of an earlier state in ${this.backups}`);
    await copyFile(last.file, this.state);
  }

  async destroy(): Promise<void> {
    await this.stack.destroy({ color: "never" });
  }
}
