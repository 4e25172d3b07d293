import { existsSync, statSync } from "node:fs";
import { CliError } from "../errors";
import { endLike, runInPlace } from "./child";
import { joinWords } from "./join";
import { namespacesToEnter, standing } from "./members";
import { sandboxName } from "./name";
import { ensureSandbox } from "./start";
import { candidates, isExecutableFile, withSystemFolders } from "./tools";
import { unreachable } from "./unreachable";

const ownFailure = 125;
const notFound = 127;

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    throw new CliError("the working directory no longer exists: cd to another one.");
  }
}

const isOwn = (pid: number): boolean => statSync(`/proc/${pid}`).uid === process.getuid?.();

function checkInside(name: string, pid: number, cwd: string, command: string, path: string): void {
  const root = `/proc/${pid}/root`;
  if (!existsSync(`${root}${cwd}`)) {
    throw new CliError(
      `${cwd} does not exist in sandbox "${name}", which has its own /run: cd to another folder.`,
    );
  }
  const files = candidates(command, path, cwd);
  if (![...files, ...files.map((file) => `${root}${file}`)].some(isExecutableFile)) {
    throw new CliError(`${command}: command not found.`, notFound);
  }
}

function greet(name: string, isNew: boolean): void {
  process.stderr.write(
    `Sandbox "${name}", ${isNew ? "just started" : "running already"}: you are root of a network of its own. ` +
      `"exit" leaves it running.\n`,
  );
}

async function run(name: string, command: readonly string[], interactive: boolean): Promise<void> {
  const cwd = workingDirectory();
  const path = withSystemFolders(process.env["PATH"]);
  const { record, isNew } = await ensureSandbox(name, path);
  if (standing(record) === "unreachable") throw unreachable(name, process.env["PULUMI_NETNS_SANDBOX"]);
  checkInside(name, record.pid, cwd, command[0] ?? "", path);
  if (interactive) greet(name, isNew);
  const { pid } = record;
  const words = joinWords({ pid, enter: namespacesToEnter(record), ownHolder: isOwn(pid), cwd, command });
  endLike(await runInPlace(words, { ...process.env, PATH: path, PULUMI_NETNS_SANDBOX: name }));
}

/** The exit code for failures of the sandbox itself, as with env, timeout and docker. */
export async function runInSandbox(name: string | undefined, words: readonly string[]): Promise<void> {
  const valid = sandboxName(name);
  const shell = process.env["SHELL"] ?? "/bin/sh";
  try {
    await run(valid, words.length > 0 ? words : [shell], words.length === 0);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === 1) throw new CliError(error.message, ownFailure);
    throw error;
  }
}
