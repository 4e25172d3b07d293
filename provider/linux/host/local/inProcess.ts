import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Command } from "../../command";
import { CommandError } from "../../errors";

/**
 * Returns the output of `command` if node can produce it without a process. Otherwise returns `undefined`, also for failures
 * other than "not found", which the tool reports best.
 */
export async function inProcess(command: Command): Promise<string | undefined> {
  const { tool, args, namespace } = command;
  const [first, second, third] = args;
  if (namespace !== undefined) return undefined;
  if (tool === "stat" && first === "--format=%i" && second !== undefined) return inodeOf(command, second);
  if (tool === "cat" && first !== undefined) return textOf(first);
  if (tool === "ip" && first === "netns" && second === "pids" && third !== undefined) return pidsIn(third);
  return undefined;
}

/** `stat --format=%i PATH`. */
function inodeOf(command: Command, path: string): string | undefined {
  try {
    const file = statSync(path, { throwIfNoEntry: false });
    if (file) return String(file.ino);
  } catch {
    return undefined;
  }
  throw new CommandError("NotFound", command, `stat: cannot statx '${path}': No such file or directory`);
}

/** `cat PATH`. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** `ip netns pids NAME`. */
async function pidsIn(name: string): Promise<string | undefined> {
  const namespace = fileOf(`/run/netns/${name}`);
  if (!namespace) return undefined;
  const pids = (await processes()).get(keyOf(namespace)) ?? [];
  return pids.map((pid) => `${pid}\n`).join("");
}

/** The next listing of processes, shared by all callers until it begins. */
let pending: Promise<ReadonlyMap<string, readonly string[]>> | undefined;

/** Lists all processes by their network namespace. */
function processes(): Promise<ReadonlyMap<string, readonly string[]>> {
  pending ??= nextTurn().then(() => {
    pending = undefined;
    return processesNow();
  });
  return pending;
}

function processesNow(): ReadonlyMap<string, readonly string[]> {
  const inside = new Map<string, string[]>();
  for (const pid of readdirSync("/proc")) {
    const namespace = /^\d+$/.test(pid) ? fileOf(`/proc/${pid}/ns/net`) : undefined;
    if (!namespace) continue;
    const others = inside.get(keyOf(namespace));
    if (others) others.push(pid);
    else inside.set(keyOf(namespace), [pid]);
  }
  return inside;
}

const keyOf = ({ dev, ino }: Stats): string => `${dev} ${ino}`;

/** Ignores processes that have ended or are not accessible. */
function fileOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
