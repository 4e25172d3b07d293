import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "./paths.mjs";
import { Problem, tail } from "./problem.mjs";
import { run, runVisibly } from "./run.mjs";
import { inSandbox, sandboxFailed } from "./sandbox.mjs";

export const name = "quickstart";

const stateFolder = inRoot(".pulumi-state");

export const stateExists = () => existsSync(stateFolder);

/** State and secrets stay in the checkout, whatever backend the person is logged in to. */
export const stackEnvironment = (env) => ({
  ...env,
  PULUMI_BACKEND_URL: pathToFileURL(stateFolder).href,
  PULUMI_CONFIG_PASSPHRASE: env.PULUMI_CONFIG_PASSPHRASE ?? "",
});

/** Makes the stack where there is none and frees it where a run was killed. */
export async function openStack(env) {
  mkdirSync(stateFolder, { recursive: true });
  await quietly(["stack", "select", "--create", name], env);
  if (filesIn("locks").map(ownerOf).some(isDead)) await quietly(["cancel", "--yes", "--stack", name], env);
}

/** `--refresh`, because the state outlives a reboot and the network does not. */
export const up = (env) => inSight(["up", "--refresh"], env);

export const destroy = (env) => inSight(["destroy", "--remove"], env);

/** History and backups go too, unless somebody keeps another stack beside ours. */
export function removeState() {
  const others = filesIn("stacks").filter((file) => file.endsWith(".json"));
  if (others.length === 0) rmSync(stateFolder, { recursive: true, force: true });
  return others.length === 0;
}

async function quietly(args, env) {
  const { code, output } = await run("pulumi", args, { env });
  if (code !== 0) throw new Problem(`pulumi ${args[0]} failed.`, { details: tail(output) });
}

async function inSight(args, env) {
  const [command, all] = inSandbox(name, [
    "pulumi",
    ...args,
    "--yes",
    "--skip-preview",
    "--suppress-progress",
    "--stack",
    name,
  ]);
  const code = await runVisibly(command, all, { env });
  if (code === 0) return;
  const failure =
    code === sandboxFailed ? "There is no sandbox" : `pulumi ${args[0]} failed (exit code ${code})`;
  throw new Problem(`${failure}; the reason is above.`, {
    how: "mend it and type the same command again: it goes on where it stopped",
  });
}

function filesIn(folder) {
  const path = join(stateFolder, ".pulumi", folder);
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const ownerOf = (lock) => JSON.parse(readFileSync(lock, "utf8")).pid;

function isDead(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
