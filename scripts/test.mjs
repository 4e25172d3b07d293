#!/usr/bin/env node
// npm test                    every test, in a sandbox for each core
// npm test -- --grep veth     what follows goes to mocha, in one sandbox
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { environment } from "./lib/environment.mjs";
import { ensureTestTools } from "./lib/install-tools.mjs";
import { mochaArguments } from "./lib/mocha.mjs";
import { inRoot } from "./lib/paths.mjs";
import { run, runVisibly } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { setup } from "./lib/setup.mjs";
import { closingIn, summaryIn, total } from "./lib/summary.mjs";
import { duration, isColourful, main, say } from "./lib/terminal.mjs";

const commandFor = (words) => [process.execPath, ...mochaArguments(words, isColourful(process.stdout))];

/** One mocha in the person's sight. */
async function testInOne(words, env) {
  const sandbox = `test-${process.pid}`;
  let output = "";
  const tee = (chunk) => {
    output = (output + chunk).slice(-1000);
  };
  const code = await runVisibly(...inSandbox(sandbox, commandFor(words)), { env, tee });
  const summary = summaryIn(output);
  const afterword = [...(summary ? [] : ["No tests were run to their end."]), ...(await stop(sandbox, env))];
  if (afterword.length > 0) say([...afterword, summary ?? "0 passed, 1 failed"].join("\n"));
  return code === 0 && summary === undefined ? 1 : code;
}

/** Folders of integration tests that take minutes, the longest first. */
const LONG = ["kinds", "trace"];

/** The tests of one mocha each. The longest come first, so that all sandboxes end together. */
const portions = () => [
  ...LONG.map(integrationIn),
  ...namesIn("integration")
    .filter((name) => !LONG.includes(name))
    .map(integrationIn),
  ...namesIn("e2e")
    .filter(isTest)
    .map((name) => `test/e2e/${name}`),
  "test/unit/**/*.test.ts",
];

const namesIn = (folder) => readdirSync(inRoot("test", folder)).sort();

const isTest = (name) => name.endsWith(".test.ts");

/** The tests in a folder, or a single file. */
const integrationIn = (name) => `test/integration/${name}${isTest(name) ? "" : "/**/*.test.ts"}`;

/** A sandbox for each core, in which one portion after the other is run; what it said is shown when it is done. */
async function testSideBySide(env) {
  const queue = portions();
  const results = [];
  const lane = async (_, at) => {
    const sandbox = `test-${process.pid}-${at}`;
    for (let portion = queue.shift(); portion !== undefined; portion = queue.shift()) {
      const started = Date.now();
      const { code, output } = await run(...inSandbox(sandbox, commandFor([portion])), { env });
      say(`${output.trimEnd()}\n${portion}: ${duration(Date.now() - started)}`);
      const closing = closingIn(output) ?? unended(portion);
      results.push({ code, closing });
    }
    for (const problem of await stop(sandbox, env)) say(problem);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  say(`\n${total(results.map(({ closing }) => closing))}`);
  return results.every(({ code, closing }) => code === 0 && closing.summary.includes(" 0 failed")) ? 0 : 1;
}

const unended = (portion) => ({
  skipped: [],
  failed: [`  ${portion}: was not run to its end`],
  summary: "0 passed, 1 failed",
});

async function stop(sandbox, env) {
  const { code, output } = await run(...stopSandbox(sandbox), { env });
  return code === 0 ? [] : [`The sandbox ${sandbox} was not stopped: ${output.trimEnd()}`];
}

await main(async () => {
  const words = process.argv.slice(2);
  const env = environment(await setup());
  await ensureTestTools();
  return words.length > 0 ? testInOne(words, env) : testSideBySide(env);
});
