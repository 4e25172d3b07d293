import { spawn } from "node:child_process";
import { constants } from "node:os";
import { type ProcessStat, readStat } from "./proc";

const forwarded = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const;

/**
 * A key at the terminal sends its signal to the whole foreground process group, including the child. Passing it on
 * would deliver it twice, and for many programs the second Ctrl-C means "stop at once".
 */
export function reachesChildAnyway(signal: NodeJS.Signals, self: ProcessStat | undefined): boolean {
  const fromKeyboard = signal === "SIGINT" || signal === "SIGQUIT";
  return fromKeyboard && self !== undefined && self.processGroup === self.foregroundGroup;
}

/** The exit code that a shell shows for a child killed by a signal. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs a program in place of this one: same terminal, same signals, same exit. */
export function runInPlace(words: readonly string[], env: NodeJS.ProcessEnv): Promise<Ending> {
  const [program = "", ...rest] = words;
  return new Promise((resolve, reject) => {
    const pass = (signal: NodeJS.Signals): void => {
      if (!reachesChildAnyway(signal, readStat("self"))) child.kill(signal);
    };
    // Installed before the child starts. An early signal would end this process and orphan the child.
    for (const signal of forwarded) process.on(signal, pass);
    const child = spawn(program, rest, { env, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const name of forwarded) process.off(name, pass);
      resolve({ code, signal });
    });
  });
}

/** Ends this process as the child ended. The exit code applies if the signal does not end it. */
export function endLike({ code, signal }: Ending): void {
  process.exitCode = exitCodeOf(code, signal);
  if (signal !== null) process.kill(process.pid, signal);
}
