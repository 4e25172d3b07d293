import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Deployment,
  type DestroyOptions,
  type EngineEvent,
  LocalWorkspace,
  type PreviewOptions,
  type Stack,
  type UpOptions,
} from "@pulumi/pulumi/automation";
import { environment, QUICK, root, withoutQuestions } from "./stack";

/** A program in the test itself. */
export type Program = () => void;

/** The operation on each resource, by name, without unchanged ones. */
export type Operations = Readonly<Record<string, string>>;

/** The results of a run of the engine. */
export interface Run {
  readonly operations: Operations;
  /** The CLI's output. */
  readonly text: string;
}

/** By default the engine writes the whole state twice for each resource. */
const WITHOUT_CHECKPOINTS = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** A stack of such programs with its own state, driven through the real CLI and engine. */
export class ProgramStack {
  private constructor(
    private readonly folder: string,
    private readonly stack: Stack,
  ) {}

  /**
   * MAC addresses and marks derive from the names of project and stack: two stacks of the same names create the same network. `env` is
   * for the engine and the provider.
   */
  static async of(
    projectName: string,
    { stackName = "test", env = {} }: { stackName?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<ProgramStack> {
    await mkdir(join(root, ".test-stacks"), { recursive: true });
    const folder = await mkdtemp(join(root, ".test-stacks", `${projectName}-`));
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName, program: async () => {} },
      {
        workDir: folder,
        envVars: { ...(await environment(folder)), ...QUICK, ...WITHOUT_CHECKPOINTS, ...env },
      },
    );
    withoutQuestions(stack);
    return new ProgramStack(folder, stack);
  }

  up(
    program: Program,
    options: Pick<UpOptions, "replace" | "parallel" | "continueOnError"> = {},
  ): Promise<Run> {
    return reaching(program, (reached) =>
      watched((watching) => this.stack.up({ ...watching, ...options, program: reached })),
    );
  }

  preview(program: Program, options: Pick<PreviewOptions, "replace" | "refresh"> = {}): Promise<Run> {
    return reaching(program, (reached) =>
      watched((watching) => this.stack.preview({ ...watching, ...options, diff: true, program: reached })),
    );
  }

  refresh(): Promise<Run> {
    return watched((watching) => this.stack.refresh(watching));
  }

  destroy(options: Pick<DestroyOptions, "parallel"> = {}): Promise<Run> {
    return watched((watching) => this.stack.destroy({ ...watching, ...options }));
  }

  /** The state as `pulumi stack export` prints it. */
  exported(): Promise<Deployment> {
    return this.stack.exportStack();
  }

  /** Replaces the state of the stack, as `pulumi stack import` does. */
  imported(state: Deployment): Promise<void> {
    return this.stack.importStack(state);
  }

  /** `pulumi stack rename` */
  async rename(stackName: string): Promise<void> {
    await this.stack.rename({ stackName });
  }

  /** The URNs of the resources in the state, by name. */
  async urns(): Promise<ReadonlyMap<string, string>> {
    const { deployment } = await this.stack.exportStack();
    const resources: readonly { urn: string }[] = deployment.resources ?? [];
    return new Map(resources.map(({ urn }) => [nameIn(urn), urn]));
  }

  /** Deletes the remaining resources and the state. */
  async remove(): Promise<void> {
    await this.stack.cancel().catch(() => {});
    await this.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Pulumi's automation (3.248, automation/server.js) takes a gRPC error that comes before the program for a program without resources. The
 * engine would then delete them all, and the test would blame us.
 */
async function reaching(program: Program, run: (reached: () => Promise<void>) => Promise<Run>): Promise<Run> {
  let isReached = false;
  const done = await run(async () => {
    isReached = true;
    program();
  });
  if (!isReached) throw new Error(`Pulumi never ran the program:\n${done.text}`);
  return done;
}

interface Watching {
  readonly color: "never";
  readonly onEvent: (event: EngineEvent) => void;
}

async function watched(run: (watching: Watching) => Promise<{ readonly stdout: string }>): Promise<Run> {
  const steps = new Map<string, Set<string>>();
  const onEvent = ({ resOutputsEvent }: EngineEvent) => {
    if (!resOutputsEvent) return;
    const { op, urn, type } = resOutputsEvent.metadata;
    if (op === "same" || type === "pulumi:pulumi:Stack") return;
    steps.set(nameIn(urn), (steps.get(nameIn(urn)) ?? new Set()).add(op));
  };
  const { stdout } = await run({ color: "never", onEvent });
  const operations = [...steps].map(([name, ops]) => [name, operationOf(ops)]);
  return { operations: Object.fromEntries(operations), text: stdout };
}

/** A replacement is three steps of the engine. */
function operationOf(steps: ReadonlySet<string>): string {
  const told = [...steps].sort().join(", ");
  return told === "create-replacement, delete-replaced, replace" ? "replace" : told;
}

const nameIn = (urn: string): string => urn.split("::").slice(3).join("::");
