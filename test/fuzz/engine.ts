import { appendFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
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
  ) {}

  static async start(folder: string, stackName = "test"): Promise<Engine> {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: "fuzz", program: async () => {} },
      { workDir: folder, envVars: { ...(await environment(folder)), ...QUICK } },
    );
    withoutQuestions(stack);
    const state = join(folder, "state", ".pulumi", "stacks", "fuzz", `${stackName}.json`);
    return new Engine(stack, logIn(folder), state);
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
    const onOutput = (text: string) => appendFileSync(this.log, text);
    await this.stack.up({ color: "never", program: async () => declare(), onOutput, ...options });
  }

  /** The previous version of the state, which Pulumi keeps beside it. */
  async putBack(): Promise<void> {
    await copyFile(`${this.state}.bak`, this.state);
  }

  async destroy(): Promise<void> {
    await this.stack.destroy({ color: "never" });
  }
}
