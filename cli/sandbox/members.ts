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

/** A zombie still has its pid, start time and user namespace, but keeps nothing alive any more. */
const isRunning = (stat: ProcessStat | undefined): stat is ProcessStat =>
  stat !== undefined && !/[ZX]/.test(stat.state);

export function isAlive(record: SandboxRecord): boolean {
  const stat = readStat(record.pid);
  return isRunning(stat) && stat.startTime === record.startTime && record.bootId === bootId();
}

/** The network namespaces that `ip netns add` has made inside. */
function namedNetworks(pid: number): string[] {
  const folder = `/proc/${pid}/root/run/netns`;
  try {
    return readdirSync(folder).map((name) => `net:[${statSync(`${folder}/${name}`).ino}]`);
  } catch {
    return [];
  }
}

/**
 * Every namespace that belongs to the sandbox. `ip netns exec` leaves its network and mount namespace,
 * so these two alone would miss commands that run in a network namespace of the sandbox.
 */
function ownNamespaces(record: SandboxRecord): Set<string> {
  const kinds = namespaceKinds.filter((kind) => kind !== "user" || record.userNamespace);
  const own = kinds.map((kind) => namespaceOf(record.pid, kind));
  return new Set([...own.filter((id) => id !== undefined), ...namedNetworks(record.pid)]);
}

function isIn(namespaces: ReadonlySet<string>, pid: number | "self"): boolean {
  return namespaceKinds.some((kind) => namespaces.has(namespaceOf(pid, kind) ?? "gone"));
}

/** The processes inside, without the holder. */
export function members(record: SandboxRecord): number[] {
  const namespaces = ownNamespaces(record);
  return allPids().filter((pid) => pid !== record.pid && isIn(namespaces, pid) && isRunning(readStat(pid)));
}

export type Standing = "outside" | "inside" | "unreachable";

/** Where this process stands: a sandbox beside or around its own cannot be reached from inside another one. */
export function standing(record: SandboxRecord): Standing {
  if (namespaceOf(record.pid, "net") === undefined) return "unreachable";
  return isIn(ownNamespaces(record), "self") ? "inside" : "outside";
}

/** The namespaces that have to be entered to be inside; the kernel refuses to enter a user namespace twice. */
export function namespacesToEnter(record: SandboxRecord): NamespaceKind[] {
  return namespaceKinds.filter((kind) => namespaceOf(record.pid, kind) !== namespaceOf("self", kind));
}
