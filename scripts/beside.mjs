#!/usr/bin/env node
// npm run beside                       every other program, on a private host of its own
// npm run beside -- --only docker      only this one
// npm run beside -- --share 2/4        the second of four shares
// npm run beside -- --jobs 1           one after the other; by default one per core
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { environment } from "./lib/environment.mjs";
import { HOSTS } from "./lib/hosts.mjs";
import { mochaArguments } from "./lib/mocha.mjs";
import { startHost } from "./lib/private-host.mjs";
import { Problem } from "./lib/problem.mjs";
import { run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { parseShare, shareOf } from "./lib/share.mjs";
import { closingIn, total } from "./lib/summary.mjs";
import { duration, main, say } from "./lib/terminal.mjs";

const options = {
  all: { type: "boolean" },
  only: { type: "string", multiple: true, default: [] },
  share: { type: "string", default: "1/1" },
  jobs: { type: "string", default: String(availableParallelism()) },
};

/** Milliseconds that a host may take, far more than on a busy machine. */
const PATIENCE = 900_000;

async function beside({ names, jobs }, env) {
  const queue = [...names];
  const closings = [];
  const lane = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift())
      closings.push(await visit(name, env));
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  const { steps, wrong, lists } = countIn(closings);
  say(`\n${lists}${names.length} hosts, ${steps} steps, ${wrong} wrong`);
  return wrong === 0 ? 0 : 1;
}

/** Runs the tests of a host in it, and prints their output at the end. */
async function visit(name, env) {
  const started = Date.now();
  const host = await startHost(HOSTS[name]).catch((error) => {
    if (!(error instanceof Problem)) throw error;
    return error;
  });
  if (host instanceof Problem) return skipped(name, host);
  try {
    // Mocha does not wait for the programs of the host, which end with it.
    const words = mochaArguments(["--exit", `test/beside/${name}.test.ts`], false);
    const [file, args] = host.inside([process.execPath, ...words]);
    const { output } = await run(file, args, { env, limit: PATIENCE });
    say(`${output.trimEnd()}\n${name}: ${duration(Date.now() - started)}`);
    return (
      closingIn(output) ?? {
        skipped: [],
        failed: [`  ${name}: did not run to its end`],
        summary: "0 passed, 1 failed",
      }
    );
  } finally {
    await host.end();
  }
}

/** The test results for a host that this machine cannot start, for lack of packages or kernel features. */
const skipped = (name, { message, details = "" }) => ({
  skipped: [`  ${name}: ${message} ${details.split("\n").at(-1)}`],
  failed: [],
  summary: "0 passed, 0 failed, 1 skipped",
});

/** The lists of skipped and failed tests, and the number of steps. */
function countIn(closings) {
  const closing = total(closings);
  const [, passed, failed] = /(\d+) passed, (\d+) failed.*$/.exec(closing) ?? [];
  const lists = closing.split("\n").slice(0, -1);
  return {
    steps: Number(passed) + Number(failed),
    wrong: Number(failed),
    lists: lists.map((line) => `${line}\n`).join(""),
  };
}

function readOptions() {
  const usage = "npm run beside -- [--all] [--only HOST]… [--share N/OF] [--jobs N]";
  try {
    const { values } = parseArgs({ options });
    const unknown = values.only.find((name) => !(name in HOSTS));
    if (unknown) throw new Error(`--only is ${unknown}, not one of ${Object.keys(HOSTS).join(", ")}`);
    const wanted = values.only.length > 0 ? values.only : Object.keys(HOSTS);
    return {
      names: values.all ? Object.keys(HOSTS) : shareOf(wanted, parseShare(values.share)),
      jobs: Number(values.jobs),
    };
  } catch (error) {
    throw new Problem(error.message, { how: usage });
  }
}

/** The reason why this machine cannot make any private host, if there is one. */
function whatIsLacking() {
  if (process.getuid() !== 0) return "only root can make a private host";
  if (!existsSync("/usr/bin/apt-get")) return "a private host needs apt-get, which this machine lacks";
  return undefined;
}

await main(async () => {
  const values = readOptions();
  const lacking = whatIsLacking();
  if (lacking) {
    say(`Skipped: ${lacking}.\n0 hosts, 0 steps, 0 wrong`);
    return 0;
  }
  return beside(values, environment(await setup()));
});
