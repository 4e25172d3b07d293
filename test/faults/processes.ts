import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface Process {
  readonly pid: number;
  readonly name: string;
}

/** The processes with this variable in their environment, which child processes inherit. */
const processesWith = (variable: string): Process[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && `\0${read(entry, "environ")}`.includes(`\0${variable}\0`))
    .map((entry) => ({ pid: Number(entry), name: read(entry, "comm").trim() }));

/** Milliseconds between two looks, and the time without a running tool after which the rest counts as idle. */
const LOOK = 50;
const IDLE = 500;

/**
 * Waits until no process is left. Kills those that do not end, as a person would: the provider of a killed CLI remains, finishes its work
 * and then idles for ever. Resolves to their names.
 */
export async function settle(variable: string): Promise<string[]> {
  let empty = 0;
  for (let idle = 0; ; idle += LOOK) {
    const left = processesWith(variable);
    // Checked twice, as a process has no environment for a moment during exec.
    empty = left.length === 0 ? empty + 1 : 0;
    if (empty === 2) return [];
    if (left.some(({ name }) => isTool(name))) idle = 0;
    if (idle >= IDLE) {
      killAll(variable);
      return left.map(({ name }) => name);
    }
    await sleep(LOOK);
  }
}

/** Repeats, as a process may start another one meanwhile. */
export function killAll(variable: string): void {
  for (let left = processesWith(variable); left.length > 0; left = processesWith(variable)) {
    for (const { pid } of left) kill(pid);
  }
}

const isTool = (name: string): boolean => !/^(node|MainThread|pulumi)/.test(name);

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

/** Empty for processes that have just ended, and for those of other users. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
