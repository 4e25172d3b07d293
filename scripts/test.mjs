#!/usr/bin/env node
// npm test                    every test, several portions at once, in a sandbox each
// npm test -- --grep veth     the words go to mocha, in one sandbox
// npm test -- --all           tests, lint, faults, fuzz, traffic and beside from one queue, as .ci/run does
//             --share 2/4     only the second quarter of the points of faults and the hosts of beside
//             --jobs 4        four portions at once; by default three for two cores
//             --record        notes how long each portion took in scripts/estimates.json
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environment } from "./lib/environment.mjs";
import { ensureTestTools } from "./lib/install-tools.mjs";
import { mochaArguments } from "./lib/mocha.mjs";
import { inRoot } from "./lib/paths.mjs";
import { Problem } from "./lib/problem.mjs";
import { run, runVisibly } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { setup } from "./lib/setup.mjs";
import { parseShare } from "./lib/share.mjs";
import { playAndReport } from "./lib/side-by-side.mjs";
import { beside, faults, fuzz, lint, tests, traffic } from "./lib/suites.mjs";
import { summaryIn } from "./lib/summary.mjs";
import { isColourful, main, say } from "./lib/terminal.mjs";

/** Runs one mocha in the person's terminal. */
async function testInOne(words, env) {
  const sandbox = `test-${process.pid}`;
  let output = "";
  const tee = (chunk) => {
    output = (output + chunk).slice(-1000);
  };
  const command = [process.execPath, ...mochaArguments(words, isColourful(process.stdout))];
  const code = await runVisibly(...inSandbox(sandbox, command), { env, tee });
  const stopped = await run(...stopSandbox(sandbox), { env });
  const summary = summaryIn(output);
  const afterword = [
    ...(summary ? [] : ["The tests did not run to their end."]),
    ...(stopped.code === 0 ? [] : [`The sandbox ${sandbox} was not stopped: ${stopped.output.trimEnd()}`]),
  ];
  if (afterword.length > 0) say([...afterword, summary ?? "0 passed, 1 failed"].join("\n"));
  return code === 0 && summary === undefined ? 1 : code;
}

/** Seconds that each portion took on a machine with two cores. They only decide the order. */
const ESTIMATES = inRoot("scripts", "estimates.json");

async function testSideBySide(portionsIn, { jobs, record }, env) {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-netns-test-"));
  const estimates = JSON.parse(readFileSync(ESTIMATES, "utf8"));
  try {
    const { isGood, seconds } = await playAndReport(portionsIn(folder), { jobs, estimates, env });
    if (record) writeFileSync(ESTIMATES, `${JSON.stringify({ ...estimates, ...seconds }, undefined, 2)}\n`);
    return isGood ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const everything = (share, env) => (folder) => [
  ...lint(),
  ...tests(),
  ...faults(share, folder),
  ...beside(share),
  ...fuzz(env),
  ...traffic(),
];

// One and a half lanes per core: many tests wait for the kernel or for packets.
const options = {
  all: { type: "boolean" },
  share: { type: "string", default: "1/1" },
  jobs: { type: "string", default: String(Math.ceil(1.5 * availableParallelism())) },
  record: { type: "boolean", default: false },
};

function readOptions(words) {
  try {
    const { values } = parseArgs({ args: words, options });
    if (!/^[1-9]\d*$/.test(values.jobs)) throw new Error(`--jobs is ${values.jobs}, not a number from 1`);
    return { ...values, jobs: Number(values.jobs), share: parseShare(values.share) };
  } catch (error) {
    throw new Problem(error.message, { how: "npm test -- --all [--share N/OF] [--jobs N] [--record]" });
  }
}

await main(async () => {
  const words = process.argv.slice(2);
  const isForMocha = words.length > 0 && !words.includes("--all");
  const values = isForMocha ? undefined : readOptions(words);
  const env = environment(await setup());
  await ensureTestTools();
  if (values === undefined) return testInOne(words, env);
  return testSideBySide(values.all ? everything(values.share, env) : tests, values, env);
});
