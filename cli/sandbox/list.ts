import { table } from "../table";
import { isAlive, members } from "./members";
import { readRecord, recordedNames } from "./registry";

interface Listed {
  readonly name: string;
  readonly pid: number;
  readonly created: string;
  readonly userNamespace: boolean;
  readonly processes: number;
}

function livingSandboxes(): Listed[] {
  return recordedNames().flatMap((name) => {
    const record = readRecord(name);
    if (record === undefined || !isAlive(record)) return [];
    const { pid, created, userNamespace } = record;
    return [{ name, pid, created, userNamespace, processes: members(record).length }];
  });
}

/** Returns "2026-01-31 08:05:09" in the local time zone. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "unknown";
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19).replace("T", " ");
}

export function describe(sandboxes: readonly Listed[]): string {
  if (sandboxes.length === 0) return "No sandbox is running. Start one: pulumi-netns sandbox -- COMMAND";
  const rows = sandboxes.map(({ name, pid, created, processes }) => [
    name,
    String(pid),
    localTime(created),
    String(processes),
  ]);
  return table([["NAME", "PID", "SINCE", "PROCESSES"], ...rows]);
}

export function listSandboxes(json: boolean): void {
  const sandboxes = livingSandboxes();
  process.stdout.write(`${json ? JSON.stringify(sandboxes, null, 2) : describe(sandboxes)}\n`);
}
