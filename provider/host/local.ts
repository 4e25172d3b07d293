import { setTimeout as sleep } from "node:timers/promises";
import { argv, type Command } from "../command";
import { CommandError, reasonOf } from "../errors";
import type { Host } from "./host";

/** No command here works long: one that takes this many milliseconds hangs. */
const TIMEOUT = 30_000;

/** The sbin folders are missing from the PATH of an ordinary user on some distributions. */
const PATH = `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/sbin`;

/** The machine, or the sandbox, that this process runs on. */
export const localHost: Host = { run };

async function run(command: Command): Promise<string> {
  if (command.tool === "sleep") {
    await sleep(Number(command.args[0]) * 1000);
    return "";
  }
  const { execa } = await import("execa");
  const [file, ...args] = argv(command);
  const result = await execa(file, args, {
    // An empty standard input: a tool that asks something gets no answer instead of waiting for one.
    input: command.input ?? "",
    env: { LC_ALL: "C", PATH },
    reject: false,
    timeout: TIMEOUT,
    killSignal: "SIGKILL",
  });
  if (result.exitCode === 0) return result.stdout;
  throw new CommandError(
    result.timedOut ? "Timeout" : result.code === "ENOENT" ? "ToolMissing" : reasonOf(result.stderr),
    command,
    result.stderr || result.stdout,
    { cause: result },
  );
}
