import { setTimeout as sleep } from "node:timers/promises";
import { CliError, errorCode } from "../errors";
import { withLock } from "./lock";
import { isAlive, members, standing } from "./members";
import { sandboxName } from "./name";
import {
  innerNames,
  lockFile,
  readRecord,
  recordedNames,
  removeRecord,
  type SandboxRecord,
} from "./registry";
import { withSystemFolders } from "./tools";
import { unreachable } from "./unreachable";

const steps = [
  { signal: "SIGTERM", patience: 2_000 },
  { signal: "SIGKILL", patience: 5_000 },
] as const;
const pause = 20;

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH" && errorCode(error) !== "EPERM") throw error;
  }
}

/** Ends the processes that `living` lists, including new ones. Returns every signalled pid. */
async function endAll(name: string, living: () => readonly number[]): Promise<Set<number>> {
  const signalled = new Set<number>();
  for (const { signal, patience } of steps) {
    const inThisStep = new Set<number>();
    const deadline = Date.now() + patience;
    for (let left = living(); left.length > 0 && Date.now() < deadline; left = living()) {
      for (const pid of left.filter((pid) => !inThisStep.has(pid))) send(pid, signal);
      for (const pid of left) inThisStep.add(pid);
      await sleep(pause);
    }
    for (const pid of inThisStep) signalled.add(pid);
  }
  const left = living();
  if (left.length === 0) return signalled;
  throw new CliError(`cannot stop sandbox "${name}": the processes ${left.join(", ")} still run.`);
}

/** Ends a sandbox after those that were started in it. Returns a line for each. */
async function stop(name: string, record: SandboxRecord): Promise<string> {
  refuseFromInside(name, record);
  const lines: string[] = [];
  for (const inner of innerNames(record)) {
    const its = readRecord(inner);
    if (its !== undefined && isAlive(its)) lines.push(await stop(inner, its));
    else removeRecord(inner);
  }
  return [...lines, await end(name, record)].join("\n");
}

function refuseFromInside(name: string, record: SandboxRecord): void {
  const where = standing(record);
  if (where === "unreachable") throw unreachable(name, process.env["PULUMI_NETNS_SANDBOX"]);
  if (where === "inside") throw new CliError(`you are inside sandbox "${name}": leave it, then stop it.`);
}

async function end(name: string, record: SandboxRecord): Promise<string> {
  // The holder ends last. While it lives, the kernel cannot reuse the ids of its namespaces.
  const ended = await endAll(name, () => members(record));
  await endAll(name, () => (isAlive(record) ? [record.pid] : []));
  removeRecord(name);
  const count = ended.size === 1 ? "1 process" : `${ended.size} processes`;
  return ended.size === 0
    ? `Sandbox "${name}" is stopped.`
    : `Sandbox "${name}" is stopped, with ${count} in it.`;
}

export async function stopSandbox(givenName: string | undefined): Promise<void> {
  const name = sandboxName(givenName);
  const path = withSystemFolders(process.env["PATH"]);
  const line = recordedNames().includes(name)
    ? await withLock(lockFile(), path, async () => {
        const record = readRecord(name);
        if (record !== undefined && isAlive(record)) return stop(name, record);
        removeRecord(name);
        return undefined;
      })
    : undefined;
  process.stdout.write(`${line ?? `There is no sandbox "${name}" to stop.`}\n`);
}
