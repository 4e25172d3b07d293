import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { environment } from "../support/stack";
import { declare } from "./declare";
import type { Program } from "./program";

/** The real engine on a stack of its own, for one program after the other. */
export class Engine {
  private constructor(private readonly stack: Stack) {}

  static async start(folder: string): Promise<Engine> {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName: "fuzz", program: async () => {} },
      { workDir: folder, envVars: await environment(folder) },
    );
    // The Automation API asks for both after every run: three processes that nobody here needs.
    stack.outputs = async () => ({});
    stack.info = async () => undefined;
    return new Engine(stack);
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
}
