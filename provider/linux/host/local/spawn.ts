import { randomUUID } from "node:crypto";
import type { ReadStream } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, type Command } from "../../command";
import { CommandError, reasonOf } from "../../errors";
import { timeoutOf } from "./timeout";

/** The sbin folders are missing from the PATH of an ordinary user on some distributions. */
const PATH = `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/sbin`;

/** What every tool finds in its environment beside what is there: English, which `reasonOf` reads. */
export const ENV = { LC_ALL: "C", PATH };

/** How long a command may take, in milliseconds. */
export const timeout = (): number => timeoutOf(process.env["PULUMI_NETNS_TIMEOUT"]);

/** Runs a command in a process of its own. */
export async function runAlone(command: Command): Promise<string> {
  // Without input, a tool that asks something gets no answer instead of waiting for one.
  if (command.input === undefined) return start(command, "ignore");
  const file = await nameless(command.input);
  try {
    return await start(command, file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/**
 * A file with `text` that no folder has, for standard input. What node gives a process as a pipe is a socket, and nft
 * opens its input once more by name, `/dev/stdin`, which a socket refuses.
 */
async function nameless(text: string) {
  const path = join(tmpdir(), `pulumi-netns-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  try {
    await unlink(path);
    // At a position, so that whoever inherits the file reads from its start.
    await file.write(text, 0);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The words to start. Node is this very one: where a version manager has installed it, it is not on the PATH of root. */
function wordsOf(command: Command): string[] {
  const words = argv(command);
  const at = words.length - command.args.length - 1;
  return command.tool === "node" ? words.with(at, process.execPath) : words;
}

async function start(command: Command, stdin: "ignore" | ReadStream): Promise<string> {
  const { execa } = await import("execa");
  const [file = "", ...args] = wordsOf(command);
  const result = await execa(file, args, {
    stdin,
    env: ENV,
    reject: false,
    timeout: timeout(),
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
