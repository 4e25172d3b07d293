import { cpSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { Problem, tail } from "../../scripts/lib/problem.mjs";
import { run } from "../../scripts/lib/run.mjs";

/** Settings of the engine: it writes its state only at the end, and lets many resources wait for the kernel at once. */
export const fast = {
  ...{ PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" },
  PULUMI_PARALLEL: "64",
};

const unasked = ["--yes", "--skip-preview"];

const commands = {
  up: ["up", ...unasked],
  "no-op up": ["up", ...unasked],
  preview: ["preview"],
  refresh: ["refresh", ...unasked],
  "change one": ["up", ...unasked],
  "add ten": ["up", ...unasked],
  "remove ten": ["up", ...unasked],
  destroy: ["destroy", ...unasked],
};

/** A program in a project of its own. With `noop` it finds a package of our name that does nothing. */
export async function makeProject(folder, program, provider, env) {
  cpSync(inRoot("bench", "programs"), folder, { recursive: true });
  const settings = { name: "bench", main: `${program}.js`, runtime };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(settings));
  // Without its own package.json it would belong to our package, where our name always means ourselves.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench", private: true }));
  mkdirSync(join(folder, "node_modules"));
  const target = provider === "noop" ? inRoot("bench", "noop") : inRoot();
  symlinkSync(target, join(folder, "node_modules", "pulumi-netns"));
  mkdirSync(join(folder, "state"));
  const { code, output } = await run("pulumi", ["--non-interactive", "stack", "init", "bench"], {
    cwd: folder,
    env: { ...env, ...stateSettings(folder) },
  });
  if (code !== 0) throw new Problem("pulumi stack init failed.", { details: tail(output) });
}

const runtime = { name: "nodejs", options: { typescript: false } };

const stateSettings = (folder) => ({
  PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
  PULUMI_CONFIG_PASSPHRASE: "",
});

/** The command of a step in the project. */
export const pulumiCall = (step, { folder, file }, settings) => ({
  command: "pulumi",
  args: ["--non-interactive", ...commands[step], "--stack", "bench"],
  options: { cwd: folder, env: { ...settings, ...stateSettings(folder), BENCH_NETWORK: file } },
});

/** Bytes of the state of its only stack. */
export function stateBytes(folder) {
  const stacks = join(folder, "state", ".pulumi", "stacks");
  const files = readdirSync(stacks, { recursive: true }).filter((name) => name.endsWith("/bench.json"));
  return files.reduce((sum, name) => sum + statSync(join(stacks, name)).size, 0);
}
