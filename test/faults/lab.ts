import { setTimeout as sleep } from "node:timers/promises";
import { differences, type Snapshot, snapshot } from "../support/snapshot";
import type { Boundaries, Operation } from "./point";
import { SeedStack, succeeded } from "./seedStack";

/** A stack to strike at, and what to compare with afterwards. */
export interface Lab {
  readonly stack: SeedStack;
  /** The host before anything. */
  readonly bare: Snapshot;
  /** The host after a clean `up`. */
  readonly built: Snapshot;
  readonly boundaries: Boundaries;
}

/** Sets one up on this host, by a clean `up` and `destroy`. */
export async function openLab(): Promise<Lab> {
  const bare = await snapshot();
  const stack = await SeedStack.make();
  const up = await count(stack, "up");
  const built = await settledSnapshot();
  const destroy = await count(stack, "destroy");
  const { missing, extra } = differences(bare, await snapshot());
  const left = [...missing, ...extra];
  if (left.length > 0) throw new Error(`a clean run leaves something behind:\n${left.join("\n")}`);
  return { stack, bare, built, boundaries: { up, destroy } };
}

async function count(stack: SeedStack, operation: Operation) {
  await stack.forgetCalls();
  succeeded(await stack.operate(operation, { fault: {} }));
  const calls = await stack.calls();
  return { calls: calls.length, batches: calls.filter(isBatch).length };
}

/** In the shim as well. */
export const isBatch = (call: string): boolean => call.includes(" -batch ");

/** Once the kernel has finished what it does in the background: IPv6 addresses are tentative for a second or two. */
async function settledSnapshot(): Promise<Snapshot> {
  for (;;) {
    const seen = await snapshot();
    if (!Object.values(seen).some((text) => text.includes('"tentative":true'))) return seen;
    await sleep(200);
  }
}
