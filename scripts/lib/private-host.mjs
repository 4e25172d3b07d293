import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { inRoot, root } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { run } from "./run.mjs";

/**
 * Starts a private host with packages that this machine does not get; see private-host.sh. Resolves to a function that returns the
 * command to run something in it, and one that ends it and everything in it.
 */
export async function startHost(packages) {
  const folder = mkdtempSync(join(tmpdir(), "private-host-"));
  const cgroup = await newCgroup();
  const script = [inRoot("scripts", "lib", "private-host.sh"), folder, root, packages.join(" ")];
  // Enters the cgroup before the namespaces, so that the host sees it as the root.
  const words = [
    "-c",
    'echo $$ > "$0/cgroup.procs" && exec "$@"',
    cgroup,
    "unshare",
    "--mount",
    "bash",
    ...script,
  ];
  const holder = spawn("bash", words, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(holder, "exit");
  let complaints = "";
  holder.stderr.setEncoding("utf8").on("data", (chunk) => {
    complaints += chunk;
  });
  // Also ends everything in the host, even if this script is interrupted.
  const kill = () => holder.kill("SIGKILL");
  process.once("exit", kill);
  const end = async () => {
    process.off("exit", kill);
    kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
    await removed(cgroup);
  };
  const started = once(createInterface({ input: holder.stdout }), "line").then(() => true);
  if (!(await Promise.race([started, ended.then(() => false)]))) {
    await end();
    throw new Problem("A private host did not start.", { details: complaints.trim() });
  }
  const pid = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8").trim();
  const joined = ["-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', cgroup];
  const inside = (words) => [
    "bash",
    [...joined, "nsenter", "--target", pid, ...EVERYTHING, "env", `--chdir=${root}`, ...words],
  ];
  return { inside, end };
}

const EVERYTHING = "--net --mount --pid --ipc --uts --cgroup --root".split(" ");

let cgroups = 0;

async function newCgroup() {
  const { output } = await run("findmnt", ["--noheadings", "--output", "TARGET", "--types", "cgroup2"]);
  const [parent] = output.trim().split("\n");
  if (!parent) throw new Problem("This machine has no cgroup2 file system.", { why: "containers need one" });
  const cgroup = join(parent, `private-host-${process.pid}-${++cgroups}`);
  mkdirSync(cgroup);
  return cgroup;
}

/** Removes a cgroup and the cgroups of containers in it. A killed process may remain in it for a moment. */
async function removed(cgroup) {
  let said = "";
  for (let attempt = 0; attempt < 50; attempt++) {
    const { code, output } = await run("find", [cgroup, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]);
    if (code === 0) return;
    said = output;
    await sleep(100);
  }
  throw new Problem(`${cgroup} cannot be removed.`, { details: said });
}
