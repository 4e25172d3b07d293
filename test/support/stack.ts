import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { LocalWorkspace, type OpMap, type Stack } from "@pulumi/pulumi/automation";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { execa } from "execa";

export const root = resolve(__dirname, "../..");

/**
 * gRPC shares connections by address within a process, even those to ended engines, and pauses between attempts to reconnect. An engine
 * on the port of an earlier one would then seem absent ("14 UNAVAILABLE: No connection established"), so each client gets its own.
 */
Object.assign(Reflect.get(settings, "grpcClientOptions"), { "grpc.use_local_subchannel_pool": 1 });

/** A copy of an example with its own state, driven through the real CLI and engine. */
export class ExampleStack {
  private constructor(
    readonly folder: string,
    private readonly stack: Stack,
  ) {}

  static async of(example: string, name = "test"): Promise<ExampleStack> {
    const folder = await copyExample(example);
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: name, workDir: folder },
      { envVars: await environment(folder) },
    );
    return new ExampleStack(folder, stack);
  }

  /** Edits the program. Each text must occur in it. */
  async edit(...changes: readonly (readonly [from: string, to: string])[]): Promise<void> {
    const file = join(this.folder, "index.ts");
    let text = await readFile(file, "utf8");
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
      text = text.replace(from, to);
    }
    await writeFile(file, text);
  }

  /** The operations of `pulumi up`. */
  async up(): Promise<OpMap> {
    const { summary } = await this.stack.up({ color: "never" });
    // The types were checked once; each further check would take two seconds of a core.
    this.stack.workspace.envVars = { ...this.stack.workspace.envVars, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
    return withoutSame(summary.resourceChanges);
  }

  /** The operations that `pulumi preview` plans. */
  async preview(): Promise<OpMap> {
    const { changeSummary } = await this.stack.preview({ color: "never" });
    return withoutSame(changeSummary);
  }

  /** The changes that `pulumi refresh` found. */
  async refresh(): Promise<OpMap> {
    const { summary } = await this.stack.refresh({ color: "never" });
    return withoutSame(summary.resourceChanges);
  }

  async destroy(): Promise<void> {
    await this.stack.destroy({ color: "never" });
  }

  /** Types a line in the folder of the program, as a tool has printed it, and says yes to what it asks. */
  async type(line: string) {
    const [file = "", ...words] = line.split(" ");
    const env = { ...(await environment(this.folder)), PULUMI_SKIP_CONFIRMATIONS: "true" };
    return execa(file, words, { cwd: this.folder, env, reject: false });
  }

  /** Loses the state, as a crashed disk does; what is in the kernel stays. */
  async forget(): Promise<void> {
    await this.stack.workspace.removeStack(this.stack.name, { force: true, preserveConfig: true });
    await this.stack.workspace.createStack(this.stack.name);
  }

  /** The state as the engine keeps it. */
  async resources(): Promise<readonly { type: string; urn: string; outputs?: Record<string, unknown> }[]> {
    const { deployment } = await this.stack.exportStack();
    return deployment.resources ?? [];
  }

  /** Deletes the remaining resources and the copy. */
  async remove(): Promise<void> {
    await this.stack.cancel().catch(() => {});
    await this.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A copy of an example in its own folder. */
const copyExample = (example: string): Promise<string> => copyProject(join(root, "examples", example));

/** A copy of a project in its own folder. */
export async function copyProject(project: string): Promise<string> {
  // Below the checkout, where the program finds the packages of an installed project.
  await mkdir(join(root, ".test-stacks"), { recursive: true });
  const folder = await mkdtemp(join(root, ".test-stacks", `${basename(project)}-`));
  await cp(project, folder, {
    recursive: true,
    filter: (source) => !/node_modules|Pulumi\..+\.yaml$/.test(source),
  });
  return folder;
}

/** The settings of a local backend below `folder`. */
export async function environment(folder: string): Promise<Record<string, string>> {
  const state = join(folder, "state");
  await mkdir(state, { recursive: true });
  return {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** After every run the Automation API asks for both, by three processes of the CLI. No test needs the answers. */
export function withoutQuestions(stack: Stack): void {
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
}

/** For engines with programs in JavaScript: each of their node processes starts in half of the time. */
export const QUICK = { NODE_OPTIONS: `--require ${join(__dirname, "quick.cjs")}` };

function withoutSame({ same, ...changes }: OpMap = {}): OpMap {
  return changes;
}
