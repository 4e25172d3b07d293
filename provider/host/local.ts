import { randomUUID } from "node:crypto";
import type { ReadStream } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, type Command } from "../command";
import { CommandError, reasonOf } from "../errors";
import { builtin } from "./builtin";
import type { Host } from "./host";
import { lenient, warn } from "./lenient";
import { persistent } from "./persistent";
import { FileRecords } from "./records";
import { RemoteSessions } from "./remoteSessions";
import { SessionEnd } from "./session";
import { type Line, lineOf } from "./sessions";
import { timeoutOf } from "./timeout";

/** The sbin folders are missing from the PATH of an ordinary user on some distributions. */
const PATH = `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/sbin`;

const ENV = { LC_ALL: "C", PATH };

const timeout = (): number => timeoutOf(process.env["PULUMI_NETNS_TIMEOUT"]);

const sessions = new RemoteSessions(ENV, timeout);

const records = new FileRecords("/run/pulumi-netns");

/** The machine, or the sandbox, that this process runs on. */
export const localHost: Host = { run: lenient(persistent(run), warn), warn, records };

/** The same with a process for every command, which is what sessions must be like. */
export const plainHost: Host = { run: lenient(persistent(runAlone), warn), warn, records };

async function run(command: Command): Promise<string> {
  const line = lineOf(command);
  if (line) return runInSession(command, line);
  const [object, verb, name] = command.args;
  // A session is a process inside as well.
  if (object === "netns" && verb === "pids" && name !== undefined) await sessions.leave(name);
  return (await builtin(command)) ?? runAlone(command);
}

/** Resolves once `ip netns add` may run beside others: whichever comes first mounts /run/netns. */
let mounted: Promise<unknown> | undefined;

/** The first calls at once race on that mount, between processes too; `flock` on the folder above leaves nothing behind. */
async function addFirstNamespace(command: Command): Promise<string> {
  const { args } = command;
  const first = runAlone({ ...command, tool: "flock", args: ["--close", "/run", "ip", ...args] });
  mounted = first.catch((error: unknown) => {
    mounted = undefined;
    throw error;
  });
  return first;
}

async function runInSession(command: Command, line: Line): Promise<string> {
  const [object, verb, name] = command.args;
  if (object === "netns" && verb === "add") {
    if (!mounted) return addFirstNamespace(command);
    await mounted;
  }
  if (object === "netns" && verb === "del" && name !== undefined) await sessions.leave(name);
  try {
    const { isOk, stdout, stderr } = await sessions.run(line);
    if (isOk) return stdout;
    throw new CommandError(reasonOf(stderr), command, stderr);
  } catch (error) {
    if (!(error instanceof SessionEnd)) throw error;
    const reason = error.why === "Ended" ? reasonOf(error.stderr) : error.why;
    throw new CommandError(reason, command, error.stderr, { cause: error.cause });
  }
}

async function runAlone(command: Command): Promise<string> {
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
