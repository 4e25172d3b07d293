import { randomUUID } from "node:crypto";
import type { ReadStream } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, type Command } from "../../command";
import { CommandError, reasonOf } from "../../errors";
import { timeoutOf } from "./timeout";

/** Some distributions omit the sbin folders from the PATH of an ordinary user. */
const PATH = `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/sbin`;

/** The environment added for every tool. `reasonOf` expects messages in English. */
export const ENV = { LC_ALL: "C", PATH };

export const timeout = (): number => timeoutOf(process.env["PULUMI_NETNS_TIMEOUT"]);

/** Runs a command in its own process. */
export async function runAlone(command: Command): Promise<string> {
  // Without input, a tool that asks a question fails instead of waiting.
  if (command.input === undefined) return start(command, "ignore");
  const file = await nameless(command.input);
  try {
    return await start(command, file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/**
 * Returns an unlinked file with `text` for standard input. node's pipes are sockets, and nft reopens its input as
 * `/dev/stdin`, which a socket refuses.
 */
async function nameless(text: string) {
  const path = join(tmpdir(), `pulumi-netns-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  try {
    await unlink(path);
    // Writes at a position, so that the child reads from the start of the file.
    await file.write(text, 0);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Returns the words to start. `node` becomes the current executable, because one installed by a version manager is not on
 * root's PATH.
 */
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
