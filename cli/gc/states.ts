import { readFileSync } from "node:fs";
import { execa } from "execa";
import { z } from "zod";
import { marksOf, singlesOf } from "../../provider/adapter/controllers";
import type { Args } from "../../provider/engine/definition";
import { stackName, stackOf } from "../../provider/linux/marks/mark";
import { CliError, errorCode } from "../errors";

const StateResource = z.looseObject({
  urn: z.string(),
  inputs: z.looseObject({ mark: z.string().optional() }).optional(),
  outputs: z.looseObject({ mark: z.string().optional() }).optional(),
});

const Deployment = z.looseObject({
  resources: z.array(StateResource).nullish(),
  pending_operations: z.array(z.looseObject({ resource: StateResource })).nullish(),
});

/** The output of `pulumi stack export`, or the file of a local backend. */
const State = z.union([
  z.looseObject({ deployment: Deployment }).transform(({ deployment }) => deployment),
  z
    .looseObject({ checkpoint: z.looseObject({ latest: Deployment.nullish() }) })
    .transform(({ checkpoint }) => checkpoint.latest ?? {}),
]);

/** The content of the given states. */
export interface Known {
  readonly marks: ReadonlySet<string>;
  /** The given stacks, as `PROJECT/STACK`. */
  readonly stacks: ReadonlySet<string>;
  /** Their resources of single kinds, and the parts of composites. */
  readonly resources: readonly Resource[];
  /** The given states without a resource of this package, by stack or file. */
  readonly empty: readonly string[];
}

/** A resource or part, with its arguments and mark. */
type Resource = ReturnType<typeof singlesOf>[number] & { readonly urn: string };

/** Returns the marks in a state, with those of pending operations, and its stack, unless it is empty. */
export function parseState(text: string, name = "the stack"): Known {
  const parsed = State.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error("it has neither a `deployment` nor a `checkpoint`");
  const { resources, pending_operations: pending } = parsed.data;
  const all = [...(resources ?? []), ...(pending ?? []).map(({ resource }) => resource)];
  const marks = new Set(all.flatMap(({ inputs, outputs }) => [inputs, outputs].flatMap(marksIn)));
  return {
    marks,
    empty: marks.size === 0 ? [name] : [],
    stacks: new Set(all.map(({ urn }) => stackOf(urn))),
    resources: all.flatMap(({ urn, inputs, outputs }) =>
      resourcesIn(outputs ?? inputs).map((single) => ({ ...single, urn })),
    ),
  };
}

const resourcesIn = (properties: Args | undefined) =>
  typeof properties?.["mark"] === "string" ? singlesOf(properties) : [];

const marksIn = (properties: Args | undefined): string[] =>
  typeof properties?.["mark"] === "string" ? marksOf(properties) : [];

/** Reads the states of these stacks and files. */
export async function readStates(stacks: readonly string[], files: readonly string[]): Promise<Known> {
  const known = files.map(readState);
  for (const stack of stacks) known.push(await exportStack(["--stack", stack]));
  return {
    marks: new Set(known.flatMap(({ marks }) => [...marks])),
    stacks: new Set(known.flatMap(({ stacks }) => [...stacks])),
    resources: known.flatMap(({ resources }) => resources),
    empty: known.flatMap(({ empty }) => empty),
  };
}

/** Reads the state of the selected stack in this folder. `undefined` without a project. */
export async function readSelectedState(): Promise<Known | undefined> {
  try {
    return await exportStack([]);
  } catch (error) {
    if (error instanceof CliError && error.message.includes("no Pulumi.yaml project file found"))
      return undefined;
    throw error;
  }
}

function readState(file: string): Known {
  try {
    return parseState(readFileSync(file === "-" ? 0 : file, "utf8"), file === "-" ? "standard input" : file);
  } catch (error) {
    throw new CliError(
      `cannot read the state in ${file}: ${error instanceof Error ? error.message : String(error)}\n` +
        "Write it with: pulumi stack export --file FILE",
    );
  }
}

async function exportStack(which: readonly string[]): Promise<Known> {
  const text = await pulumi(["stack", "export", ...which]);
  const name = await pulumi(["stack", "--show-name", ...which]);
  const short = name.trim().split("/").at(-1) ?? "";
  const known = parseState(text, `the stack ${short}`);
  // An empty state does not name its stack.
  const project = projectName();
  const own = project === undefined ? [] : [stackName(project, short)];
  return { ...known, stacks: new Set([...known.stacks, ...own]) };
}

/** The name of the project in Pulumi.yaml of this folder. */
function projectName(): string | undefined {
  try {
    return /^name:\s*["']?([\w.-]+)/m.exec(readFileSync("Pulumi.yaml", "utf8"))?.[1];
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function pulumi(args: readonly string[]): Promise<string> {
  const { exitCode, code, stdout, stderr } = await execa("pulumi", [...args, "--non-interactive"], {
    reject: false,
    stdin: "ignore",
  });
  if (exitCode === 0) return stdout;
  throw new CliError(
    code === "ENOENT"
      ? "the program pulumi is not on PATH: give the states as files, with --state."
      : `\`pulumi ${args.join(" ")}\` failed:\n${stderr.trim()}`,
  );
}
