import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { killAll, settle } from "./processes";

/** The end of a command. */
export interface Ended {
  readonly isGood: boolean;
  readonly output: string;
  /** The processes that it left behind and that had to be killed. */
  readonly leftovers: readonly string[];
}

/** Milliseconds after which a run counts as hanging. On a full disk the engine retries for minutes. */
const PATIENCE = 400_000;

let runs = 0;

/** Runs a command in `folder` and waits until none of its processes is left. */
export async function run(words: readonly string[], folder: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const name = `${process.pid}-${++runs}`;
  // A file, as a pipe would stay open as long as any remaining process.
  const log = join(folder, "run.log");
  const output = openSync(log, "w");
  const hung = setTimeout(() => killAll(`FAULT_RUN=${name}`), PATIENCE);
  try {
    const child = spawn(words[0] ?? "", words.slice(1), {
      cwd: folder,
      env: { ...env, FAULT_RUN: name },
      stdio: ["ignore", output, output],
    });
    const [code] = await once(child, "exit");
    const leftovers = await settle(`FAULT_RUN=${name}`);
    return { isGood: code === 0, output: readFileSync(log, "utf8"), leftovers };
  } finally {
    clearTimeout(hung);
    closeSync(output);
  }
}
