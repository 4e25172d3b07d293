import { spawn } from "node:child_process";
import { constants } from "node:os";
import { root } from "./paths.mjs";

const visible = new Set();

/**
 * Runs a command in the background. Resolves to its exit code and its whole output. It gets its own process group, so that a time limit
 * or our end also ends its children.
 */
export function run(command, args, { cwd = root, env = process.env, limit } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    // Like Ctrl-C, so that a package manager can finish a step that must not be left half done.
    const interrupt = () => signalGroup(child.pid, "SIGINT");
    process.once("exit", interrupt);
    const timer = limit && setTimeout(() => signalGroup(child.pid, "SIGKILL"), limit);
    let output = "";
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    const finish = (code, text) => {
      clearTimeout(timer);
      process.off("exit", interrupt);
      resolve({ code, output: text });
    };
    child.once("error", (error) => finish(127, error.message));
    child.once("close", (code, signal) => finish(code ?? 128 + constants.signals[signal], output));
  });
}

/** Runs a command with the terminal of the person. Resolves to its exit code. `tee` also gets its standard output. */
export function runVisibly(command, args, { cwd = root, env = process.env, tee } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["inherit", tee ? "pipe" : "inherit", "inherit"] });
    visible.add(child);
    child.stdout?.setEncoding("utf8").on("data", (chunk) => {
      process.stdout.write(chunk);
      tee(chunk);
    });
    const finish = (code) => {
      visible.delete(child);
      resolve(code);
    };
    child.once("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      finish(127);
    });
    child.once("close", (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}

/** A visible command decides how it ends: the terminal sends it Ctrl-C, and we forward the other signals. */
export function exitOnSignals() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (visible.size === 0) {
        process.stderr.write("\n");
        process.exit(128 + constants.signals[signal]);
      }
      if (signal !== "SIGINT") for (const child of visible) child.kill(signal);
    });
  }
}

function signalGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
