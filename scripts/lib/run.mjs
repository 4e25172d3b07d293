import { spawn } from "node:child_process";
import { constants } from "node:os";
import { root } from "./paths.mjs";

const visible = new Set();

/**
 * Runs a command behind the scenes and resolves to its exit code and its whole output.
 * It gets a process group of its own, so that a time limit or our own end takes its children along.
 */
export function run(command, args, { cwd = root, env = process.env, limit } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    // As Ctrl-C would, so that a package manager finishes what it must not leave half done.
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

/**
 * Runs a command in the person's sight, with the terminal as its own, and resolves to its exit code.
 * `tee` also hands its standard output to the caller.
 */
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

/** A visible command decides itself how to end: the terminal sends it Ctrl-C, we pass on the rest. */
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
