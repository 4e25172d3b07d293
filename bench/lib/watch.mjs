import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { foldersOf, isIn } from "../../scripts/lib/search-path.mjs";
import { timed } from "./timed.mjs";

const pause = 100;

/**
 * Runs a call once more to see its cost: the processes that it starts, counted by strace without threads, and the peak memory of all of
 * them together.
 */
export async function watch(what, call, { folder, env }) {
  const log = join(folder, "strace.log");
  const canCount = isIn(foldersOf(env.PATH), "strace");
  const stopLooking = lookAtMemory();
  await timed(what, canCount ? traced(call, log) : call);
  const memory = stopLooking();
  const processes = canCount ? startsIn(readFileSync(log, "utf8")) : undefined;
  rmSync(log, { force: true });
  return { processes, memory };
}

const traced = ({ command, args, options }, log) => ({
  command: "strace",
  args: ["-f", "-qq", "--seccomp-bpf", "-o", log, "-e", "trace=clone,clone3,fork,vfork", command, ...args],
  options,
});

/** An interrupted call has its arguments in the line that begins it, and none in the line that ends it. */
const startsIn = (log) =>
  1 +
  log.split("\n").filter((line) => /^\d+ +(clone3?|v?fork)\(/.test(line) && !line.includes("CLONE_THREAD"))
    .length;

/** Reads the memory of all processes below this one repeatedly. Returns a function that stops it and returns the peak in bytes. */
function lookAtMemory() {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(
      peak,
      descendants(process.pid).reduce((sum, pid) => sum + shareOf(pid), 0),
    );
  }, pause);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

function descendants(root) {
  const children = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(pid);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const below = (pid) => (children.get(String(pid)) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

/** The fields after the name, which may contain spaces and brackets. */
const parentOf = (pid) => read(`/proc/${pid}/stat`).split(") ").at(-1).split(" ")[1];

/** The memory of a process, with shared pages divided among their users. */
function shareOf(pid) {
  if (read(`/proc/${pid}/comm`).trim() === "strace") return 0;
  return 1024 * Number(/^Pss: +(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

/** The process may end meanwhile. */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
