#!/usr/bin/env node
// npm run bench                  the seed's network beside a provider that does nothing, 5 rounds
// npm run bench -- --rounds 9    more rounds
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environment } from "../scripts/lib/environment.mjs";
import { inRoot } from "../scripts/lib/paths.mjs";
import { Problem, tail } from "../scripts/lib/problem.mjs";
import { run } from "../scripts/lib/run.mjs";
import { inSandbox, stopSandbox } from "../scripts/lib/sandbox.mjs";
import { setup } from "../scripts/lib/setup.mjs";
import { main, say } from "../scripts/lib/terminal.mjs";

const sandbox = `bench-${process.pid}`;
const providers = ["ours", "noop"];
const work = {
  up: ["up", "--yes", "--skip-preview"],
  "no-op up": ["up", "--yes", "--skip-preview"],
  preview: ["preview"],
  refresh: ["refresh", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

/** The seed's program in a project of its own; `noop` finds a package of our name that does nothing. */
function project(provider, folder) {
  const path = join(folder, provider);
  cpSync(inRoot("examples", "seed"), path, { recursive: true });
  mkdirSync(join(path, "node_modules"));
  const target = provider === "ours" ? inRoot() : inRoot("bench", "noop");
  symlinkSync(target, join(path, "node_modules", "pulumi-netns"));
  mkdirSync(join(path, "state"));
  return path;
}

async function pulumi(cwd, env, args) {
  const settings = { PULUMI_BACKEND_URL: `file://${join(cwd, "state")}`, PULUMI_CONFIG_PASSPHRASE: "" };
  const [command, words] = inSandbox(sandbox, ["pulumi", "--non-interactive", ...args]);
  const started = performance.now();
  const { code, output } = await run(command, words, { cwd, env: { ...env, ...settings } });
  if (code !== 0) throw new Problem(`pulumi ${args[0]} failed.`, { details: tail(output) });
  return (performance.now() - started) / 1000;
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

/** Both providers in turn, the first of a round changing, so that what the machine does besides hits both alike. */
async function measure(folder, env, rounds) {
  const times = Object.fromEntries(Object.keys(work).map((step) => [step, { ours: [], noop: [] }]));
  const paths = Object.fromEntries(providers.map((provider) => [provider, project(provider, folder)]));
  for (const provider of providers) await pulumi(paths[provider], env, ["stack", "init", "bench"]);
  for (let round = 0; round < rounds; round++) {
    for (const [step, args] of Object.entries(work)) {
      for (const provider of round % 2 === 0 ? providers : [...providers].reverse()) {
        times[step][provider].push(await pulumi(paths[provider], env, [...args, "--stack", "bench"]));
      }
    }
    say(`  round ${round + 1} of ${rounds}`);
  }
  return times;
}

const summarise = (times) =>
  Object.entries(times).map(([step, { ours, noop }]) => ({
    step,
    ours: median(ours),
    noop: median(noop),
    ratio: median(ours.map((time, round) => time / noop[round])),
  }));

const table = (rows) =>
  [
    "| seed, 18 resources | ours, s | no-op provider, s | ratio |",
    "| --- | ---: | ---: | ---: |",
    ...rows.map(
      ({ step, ours, noop, ratio }) =>
        `| ${step} | ${ours.toFixed(2)} | ${noop.toFixed(2)} | ${ratio.toFixed(2)} |`,
    ),
  ].join("\n");

await main(async () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Problem("--rounds takes a whole number from 1.");
  const env = environment(await setup());
  mkdirSync(inRoot(".test-stacks"), { recursive: true });
  const folder = mkdtempSync(inRoot(".test-stacks", "bench-"));
  try {
    const rows = summarise(await measure(folder, env, rounds));
    const results = { cpus: cpus().length, node: process.version, rounds, rows };
    mkdirSync(inRoot("bench", "results"), { recursive: true });
    writeFileSync(inRoot("bench", "results", "latest.json"), `${JSON.stringify(results, undefined, 2)}\n`);
    say(`\n${table(rows)}\n\nMedians of ${rounds} rounds; also in bench/results/latest.json.`);
  } finally {
    await run(...stopSandbox(sandbox));
    rmSync(folder, { recursive: true, force: true });
  }
});
