import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "./paths.mjs";
import { Problem, tail } from "./problem.mjs";
import { run, runVisibly } from "./run.mjs";
import { inSandbox, sandboxFailed } from "./sandbox.mjs";

const stackName = "quickstart";

/** An example and its own sandbox, as several use the same addresses. */
export const stackOf = (example) => ({
  example,
  folder: inRoot("examples", example),
  sandbox: example === "seed" ? "quickstart" : `quickstart-${example}`,
});

const stateFolder = inRoot(".pulumi-state");

export const stateExists = (stack) =>
  existsSync(join(stateFolder, ".pulumi", "stacks", projectOf(stack), `${stackName}.json`));

/**
 * State and secrets stay in the checkout, whatever backend the person uses. Attribute files are off, because a kill while one is written
 * makes the state unreadable.
 */
export const stackEnvironment = (env) => ({
  ...env,
  PULUMI_BACKEND_URL: `${pathToFileURL(stateFolder).href}?metadata=skip`,
  PULUMI_CONFIG_PASSPHRASE: env.PULUMI_CONFIG_PASSPHRASE ?? "",
});

/** Creates the stack if it is missing, and unlocks it after a killed run. */
export async function openStack(stack, env) {
  mkdirSync(stateFolder, { recursive: true });
  await quietly(stack, ["stack", "select", "--create", stackName], env);
  if (
    filesIn(join("locks", "organization", projectOf(stack)))
      .map(ownerOf)
      .some(isDead)
  ) {
    await quietly(stack, ["cancel", "--yes", "--stack", stackName], env);
  }
}

const projectOf = ({ example }) => `netns-${example}`;

/** `--refresh`, because the state outlives a reboot and the network does not. */
export const up = (stack, env) => inSight(stack, ["up", "--refresh"], env);

export const destroy = (stack, env) => inSight(stack, ["destroy", "--remove"], env);

/** Also deletes history and backups, unless the folder has other stacks. */
export function removeState() {
  const others = filesIn("stacks").filter((file) => file.endsWith(".json"));
  if (others.length === 0) rmSync(stateFolder, { recursive: true, force: true });
  return others.length === 0;
}

async function quietly({ folder }, args, env) {
  const { code, output } = await run("pulumi", args, { cwd: folder, env });
  if (code !== 0) throw new Problem(`pulumi ${args[0]} failed.`, { details: tail(output) });
}

async function inSight({ folder, sandbox }, args, env) {
  const [command, all] = inSandbox(sandbox, [
    "pulumi",
    ...args,
    "--yes",
    "--skip-preview",
    "--suppress-progress",
    "--stack",
    stackName,
  ]);
  const code = await runVisibly(command, all, { cwd: folder, env });
  if (code === 0) return;
  const failure =
    code === sandboxFailed ? "There is no sandbox" : `pulumi ${args[0]} failed (exit code ${code})`;
  throw new Problem(`${failure}; the reason is above.`, {
    how: "fix it and type the same command again: it continues where it stopped",
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
