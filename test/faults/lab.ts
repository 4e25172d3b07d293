import { setTimeout as sleep } from "node:timers/promises";
import { differences, type Snapshot, snapshot } from "../support/snapshot";
import { type Boundaries, type Operation, type Program, programs } from "./point";
import { ProjectStack, succeeded } from "./projectStack";

/** A stack to strike at, and what to compare with afterwards. */
export interface Lab {
  readonly stack: ProjectStack;
  /** The host before anything. */
  readonly bare: Snapshot;
  /** Host and state after a clean run, by the operation that leads there. */
  readonly built: Readonly<Record<"up" | "change", Snapshot>>;
  readonly boundaries: Boundaries;
}

/** Sets one up for each program on this host. */
export async function openLabs(): Promise<ReadonlyMap<Program, Lab>> {
  const labs = new Map<Program, Lab>();
  for (const program of programs) labs.set(program, await openLab(program));
  return labs;
}

/** By a clean `up`, a change where there is one, and `destroy`. */
async function openLab(program: Program): Promise<Lab> {
  const bare = await snapshot();
  const stack = await ProjectStack.make(program);
  const up = await count(stack, "up");
  const built = await settledSnapshot(stack);
  succeeded(await stack.pulumi(["preview", "--expect-no-changes"]));
  const destroy = await count(stack, "destroy");
  await expectBare(bare);
  if (program === "seed")
    return { stack, bare, built: { up: built, change: built }, boundaries: { up, destroy } };
  succeeded(await stack.operate("up"));
  const change = await count(stack, "change");
  const changed = await settledSnapshot(stack);
  succeeded(await stack.operate("destroy"));
  await expectBare(bare);
  return { stack, bare, built: { up: built, change: changed }, boundaries: { up, change, destroy } };
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

/** In the shim as well. */
export const isBatch = (call: string): boolean => call.includes(" -batch ");

/** Once the kernel has finished what it does in the background: IPv6 addresses are tentative for a second or two. */
async function settledSnapshot(stack: ProjectStack): Promise<Snapshot> {
  for (;;) {
    const seen = await snapshot();
    if (!Object.values(seen).some((text) => text.includes('"tentative":true')))
      return { ...seen, state: await stack.resources() };
    await sleep(200);
  }
}
