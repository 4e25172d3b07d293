#!/usr/bin/env node
// npm run traffic    checks who reaches whom, by protocol, family and backend, with real packets in a sandbox
import { environment } from "./lib/environment.mjs";
import { inRoot } from "./lib/paths.mjs";
import { run, runVisibly } from "./lib/run.mjs";
import { inSandbox, stopSandbox } from "./lib/sandbox.mjs";
import { setup } from "./lib/setup.mjs";
import { main, say } from "./lib/terminal.mjs";

const worker = [
  process.execPath,
  ...["--require", inRoot("node_modules", "ts-node", "register", "transpile-only.js")],
  inRoot("test", "traffic", "main.ts"),
];

async function traffic(env) {
  const sandbox = `traffic-${process.pid}`;
  let output = "";
  const tee = (chunk) => {
    output = (output + chunk).slice(-200);
  };
  const code = await runVisibly(...inSandbox(sandbox, worker), { env, tee });
  const stopped = await run(...stopSandbox(sandbox), { env });
  const verdict = /^\d+ cells, \d+ wrong$/m.exec(output)?.[0];
  const problems = [
    ...(verdict ? [] : ["The cells were not tried to the end."]),
    ...(stopped.code === 0 ? [] : [`The sandbox ${sandbox} was not stopped: ${stopped.output.trimEnd()}`]),
  ];
  if (problems.length > 0) say([...problems, verdict ?? "0 cells, 1 wrong"].join("\n"));
  return code === 0 && problems.length > 0 ? 1 : code;
}

await main(async () => traffic(environment(await setup())));
