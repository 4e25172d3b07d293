#!/usr/bin/env node
// npm test                    every test, in a sandbox of its own
// npm test -- --grep veth     what follows goes to mocha
import { environment } from "./lib/environment.mjs";
import { mochaArguments } from "./lib/mocha.mjs";
import { run, runVisibly } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { setup } from "./lib/setup.mjs";
import { summaryIn } from "./lib/summary.mjs";
import { isColourful, main, say } from "./lib/terminal.mjs";

async function test(env) {
  const sandbox = `test-${process.pid}`;
  const mocha = [process.execPath, ...mochaArguments(process.argv.slice(2), isColourful(process.stdout))];
  let output = "";
  const tee = (chunk) => {
    output = (output + chunk).slice(-1000);
  };
  const code = await runVisibly(...inSandbox(sandbox, mocha), { env, tee });
  const summary = summaryIn(output);
  const afterword = [...(summary ? [] : ["No tests were run to their end."]), ...(await stop(sandbox, env))];
  if (afterword.length > 0) say([...afterword, summary ?? "0 passed, 1 failed"].join("\n"));
  return code === 0 && summary === undefined ? 1 : code;
}

async function stop(sandbox, env) {
  const { code, output } = await run(...stopSandbox(sandbox), { env });
  return code === 0 ? [] : [`The sandbox ${sandbox} was not stopped: ${output.trimEnd()}`];
}

await main(async () => test(environment(await setup())));
