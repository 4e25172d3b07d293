import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export const namespaceKinds = ["user", "net", "mnt"] as const;
export type NamespaceKind = (typeof namespaceKinds)[number];
export type Pid = number | "self";

export interface ProcessStat {
  readonly state: string;
  readonly processGroup: number;
  readonly foregroundGroup: number;
  readonly startTime: string;
}

/** The command name, field 2, may contain spaces and parentheses. The last `)` ends it. */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .trim()
    .split(" ");
  const [state, , processGroup, , , foregroundGroup] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  return { state, processGroup: Number(processGroup), foregroundGroup: Number(foregroundGroup), startTime };
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

export function readStat(pid: Pid): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

export function bootId(): string {
  return readText("/proc/sys/kernel/random/boot_id") ?? "";
}

/** Returns the identity of a namespace, such as `net:[4026531840]`, or `undefined` without the right to see it. */
export function namespaceOf(pid: Pid, kind: NamespaceKind): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

export function allPids(): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}
