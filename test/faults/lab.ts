import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { differences, type Snapshot, snapshot } from "../support/snapshot";
import { type Operation, type Program, programs } from "./point";
import { ProjectStack, succeeded } from "./projectStack";

/** A stack that faults happen to, and the expected results. */
export interface Lab extends Reference {
  readonly stack: ProjectStack;
}

const Counts = z.object({ calls: z.number(), batches: z.number() });

const Picture = z.record(z.string(), z.string());

/** The results of a clean run of a program, which are the same in every sandbox. */
const Reference = z.object({
  /** The host before the first run. */
  bare: Picture,
  /** Host and state after each operation. */
  built: z.object({ up: Picture, change: Picture }),
  boundaries: z.object({ up: Counts, change: Counts.optional(), destroy: Counts }),
});
type Reference = z.output<typeof Reference>;

const References = z.object({ seed: Reference, composites: Reference });

/** Sets up a lab for each program on this host. Reads the results of the clean runs from `file`, or runs them and writes the file. */
export async function openLabs(file: string): Promise<ReadonlyMap<Program, Lab>> {
  const labs = new Map<Program, Lab>();
  const known = existsSync(file) ? References.parse(JSON.parse(await readFile(file, "utf8"))) : undefined;
  for (const program of programs) {
    const stack = await ProjectStack.make(program);
    labs.set(program, { stack, ...(known?.[program] ?? (await cleanRun(program, stack))) });
  }
  if (!known) {
    const references = [...labs].map(([program, { stack: _, ...reference }]) => [program, reference]);
    await writeFile(file, JSON.stringify(Object.fromEntries(references)));
  }
  return labs;
}

/** A clean `up`, a change if the program has one, and `destroy`. */
async function cleanRun(program: Program, stack: ProjectStack): Promise<Reference> {
  const bare = await snapshot();
  const up = await count(stack, "up");
  const built = await settledSnapshot(stack);
  succeeded(await stack.pulumi(["preview", "--expect-no-changes"]));
  const destroy = await count(stack, "destroy");
  await expectBare(bare);
  if (program === "seed") return { bare, built: { up: built, change: built }, boundaries: { up, destroy } };
  succeeded(await stack.operate("up"));
  const change = await count(stack, "change");
  const changed = await settledSnapshot(stack);
  succeeded(await stack.operate("destroy"));
  await expectBare(bare);
  return { bare, built: { up: built, change: changed }, boundaries: { up, change, destroy } };
}

async function expectBare(bare: Snapshot): Promise<void> {
  const { missing, extra } = differences(bare, await snapshot());
  const left = [...missing, ...extra];
  if (left.length > 0) throw new Error(`a clean run leaves something behind:\n${left.join("\n")}`);
}

async function count(stack: ProjectStack, operation: Operation) {
  await stack.forgetCalls();
  succeeded(await stack.operate(operation, { fault: {} }));
  const calls = await stack.calls();
  return { calls: calls.length, batches: calls.filter(isBatch).length };
}

/** The shim has the same condition. */
export const isBatch = (call: string): boolean => call.includes(" -batch ");

/** Waits for the kernel's work in the background: IPv6 addresses are tentative for a second or two. */
async function settledSnapshot(stack: ProjectStack): Promise<Snapshot> {
  for (;;) {
    const seen = await snapshot();
    if (!Object.values(seen).some((text) => text.includes('"tentative":true')))
      return { ...seen, state: await stack.resources() };
    await sleep(200);
  }
}
