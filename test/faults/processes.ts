import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface Process {
  readonly pid: number;
  readonly name: string;
}

/** The processes with this variable in their environment, which each inherits from the one that started it. */
const processesWith = (variable: string): Process[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && `\0${read(entry, "environ")}`.includes(`\0${variable}\0`))
    .map((entry) => ({ pid: Number(entry), name: read(entry, "comm").trim() }));

/** Milliseconds between two looks, and how long no tool has to run until what is left counts as idle. */
const LOOK = 50;
const IDLE = 500;

/**
 * Waits until no process is left. Those that do not end by themselves are killed, as a person would: of a killed CLI
 * the provider stays, finishes what it was doing, and then does nothing for ever. Resolves to the names of these.
 */
export async function settle(variable: string): Promise<string[]> {
  let empty = 0;
  for (let idle = 0; ; idle += LOOK) {
    const left = processesWith(variable);
    // Twice, as a process has no environment for a moment while it becomes another program.
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

/** Until none is left, as one may have started another meanwhile. */
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
    // It has just ended by itself.
  }
}

/** Empty for one that has just ended, and for other people's. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
