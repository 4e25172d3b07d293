import { readdirSync, statSync } from "node:fs";
import {
  allPids,
  bootId,
  type NamespaceKind,
  namespaceKinds,
  namespaceOf,
  type ProcessStat,
  readStat,
} from "./proc";
import type { SandboxRecord } from "./registry";

/** A zombie still has its pid, start time and user namespace, but keeps nothing alive. */
const isRunning = (stat: ProcessStat | undefined): stat is ProcessStat =>
  stat !== undefined && !/[ZX]/.test(stat.state);

export function isAlive(record: SandboxRecord): boolean {
  const stat = readStat(record.pid);
  return isRunning(stat) && stat.startTime === record.startTime && record.bootId === bootId();
}

/** Returns the network namespaces that `ip netns add` created inside. */
function namedNetworks(pid: number): string[] {
  const folder = `/proc/${pid}/root/run/netns`;
  try {
    return readdirSync(folder).map((name) => `net:[${statSync(`${folder}/${name}`).ino}]`);
  } catch {
    return [];
  }
}

/**
 * Returns every namespace of the sandbox. A command under `ip netns exec` is in other network and mount namespaces, so
 * those two are not enough.
 */
function ownNamespaces(record: SandboxRecord): Set<string> {
  const kinds = namespaceKinds.filter((kind) => kind !== "user" || record.userNamespace);
  const own = kinds.map((kind) => namespaceOf(record.pid, kind));
  return new Set([...own.filter((id) => id !== undefined), ...namedNetworks(record.pid)]);
}

function isIn(namespaces: ReadonlySet<string>, pid: number | "self"): boolean {
  return namespaceKinds.some((kind) => namespaces.has(namespaceOf(pid, kind) ?? "gone"));
}

/** Returns the processes inside, without the holder. */
export function members(record: SandboxRecord): number[] {
  const namespaces = ownNamespaces(record);
  return allPids().filter((pid) => pid !== record.pid && isIn(namespaces, pid) && isRunning(readStat(pid)));
}

export type Standing = "outside" | "inside" | "unreachable";

/** Returns the position of this process. From inside a sandbox, sandboxes beside or around it are unreachable. */
export function standing(record: SandboxRecord): Standing {
  if (namespaceOf(record.pid, "net") === undefined) return "unreachable";
  return isIn(ownNamespaces(record), "self") ? "inside" : "outside";
}

/** Returns the namespaces to enter. The kernel refuses to enter a user namespace twice. */
export function namespacesToEnter(record: SandboxRecord): NamespaceKind[] {
  return namespaceKinds.filter((kind) => namespaceOf(record.pid, kind) !== namespaceOf("self", kind));
}
