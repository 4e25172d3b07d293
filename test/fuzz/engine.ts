import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { environment, root } from "../support/stack";
import { declare } from "./declare";
import type { Program } from "./program";

/** The real engine on a stack of its own, for one program after the other. */
export class Engine {
  private constructor(
    private readonly folder: string,
    private readonly stack: Stack,
  ) {}

  static async start(): Promise<Engine> {
    // Below the checkout, where the provider is found by the package's name.
    await mkdir(join(root, ".test-stacks"), { recursive: true });
    const folder = await mkdtemp(join(root, ".test-stacks", "fuzz-"));
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName: "fuzz", program: async () => {} },
      { workDir: folder, envVars: await environment(folder) },
    );
    // The Automation API asks for both after every run: three processes that nobody here needs.
    stack.outputs = async () => ({});
    stack.info = async () => undefined;
    return new Engine(folder, stack);
  }

  /** Writes the state after every step, as people have it, or at the end alone, which is quicker. */
  writeCheckpoints(always: boolean): void {
    const skip = always ? "false" : "true";
    Object.assign(this.stack.workspace.envVars, { PULUMI_EXPERIMENTAL: skip, PULUMI_SKIP_CHECKPOINTS: skip });
  }

  async up(program: Program, options: { refresh?: boolean; expectNoChanges?: boolean } = {}): Promise<void> {
    await this.stack.up({ color: "never", program: async () => declare(program), ...options });
  }

  async destroy(): Promise<void> {
    await this.stack.destroy({ color: "never" });
  }

  /** Forgets the stack, whatever it has. */
  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
