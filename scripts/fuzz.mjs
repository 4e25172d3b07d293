#!/usr/bin/env node
// npm run fuzz                                       200 random programs, in a sandbox per core
// FUZZ_RUNS=1000 npm run fuzz                        more programs
// FUZZ_SEED=5 FUZZ_PATH=17:0:3 npm run fuzz          repeats a failed one
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { environment } from "./lib/environment.mjs";
import { inRoot } from "./lib/paths.mjs";
import { run, runVisibly } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { setup } from "./lib/setup.mjs";
import { main, say } from "./lib/terminal.mjs";

const worker = [
  process.execPath,
  ...["--require", inRoot("node_modules", "ts-node", "register", "transpile-only.js")],
  inRoot("test", "fuzz", "main.ts"),
];
const verdict = /^(\d+) programs, (\d+) failed/m;

/** Runs one worker in its own sandbox. Returns how many programs it ran and how many failed. */
async function work(env, seed, runs) {
  const sandbox = `fuzz-${process.pid}-${seed}`;
  let output = "";
  const tee = (chunk) => {
    output = (output + chunk).slice(-200);
  };
  const settings = { FUZZ_SEED: String(seed), FUZZ_RUNS: String(runs) };
  const code = await runVisibly(...inSandbox(sandbox, worker), { env: { ...env, ...settings }, tee });
  const stopped = await run(...stopSandbox(sandbox), { env });
  if (stopped.code !== 0) say(`The sandbox ${sandbox} was not stopped: ${stopped.output.trimEnd()}`);
  const [, played, failed] = verdict.exec(output) ?? [undefined, 0, 1];
  return { played: Number(played), failed: code === 0 && stopped.code === 0 ? Number(failed) : 1 };
}

async function fuzz(env) {
  const { values } = parseArgs({ options: { jobs: { type: "string" } } });
  const seed = Number(env.FUZZ_SEED ?? Date.now() % 1e9);
  const runs = Number(env.FUZZ_RUNS ?? 200);
  // A failed program is repeated alone, from the seed of its worker.
  const jobs = env.FUZZ_PATH
    ? 1
    : Math.min(runs, Number(values.jobs ?? env.FUZZ_JOBS ?? availableParallelism()));
  say(`${runs} programs with seed ${seed}, by ${jobs} at once`);
  const shares = Array.from({ length: jobs }, (_, at) => Math.floor((runs + at) / jobs));
  const results = await Promise.all(shares.map((share, at) => work(env, seed + at, share)));
  const total = (field) => results.reduce((sum, result) => sum + result[field], 0);
  say(`${total("played")} programs, ${total("failed")} failed (seed ${seed})`);
  return total("failed") === 0 ? 0 : 1;
}

await main(async () => fuzz(environment(await setup())));
