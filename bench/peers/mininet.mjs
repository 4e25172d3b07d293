import { rmSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../../scripts/lib/paths.mjs";

const python = "/usr/bin/python3";
const program = inRoot("bench", "peers", "mininet_peer.py");

/** Mininet's network lives in the process that made it, so the process stays in the background and a pipe ends it. */
function up(file, folder) {
  for (const pipe of ["built", "end", "gone"]) rmSync(join(folder, pipe), { force: true });
  return `mkfifo built end gone; ${python} ${program} '${file}' </dev/null >mininet.log 2>&1 & cat built`;
}

const destroy = "echo > end; cat gone";

export const mininet = {
  name: "Mininet",
  needs: ["mn", "brctl", "iptables"],
  install: "apt-get install mininet bridge-utils iptables",
  call: (step, _network, { file, folder }) => ({
    command: "sh",
    args: ["-c", step === "up" ? up(file, folder) : destroy],
    options: { cwd: folder },
  }),
  /** Waits for the last process, so that all are counted. */
  watched: (file, folder) => ({
    command: "sh",
    args: ["-c", `${up(file, folder)}; ${destroy}`],
    options: { cwd: folder },
  }),
  /** Its namespaces have no names; `up` prints the process of the first node. */
  enter: (output) => ["mnexec", "-a", output.trim()],
};
