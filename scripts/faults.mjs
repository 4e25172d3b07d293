#!/usr/bin/env node
// npm run faults                                  kills, errors, full disks: each followed by a recovery
// npm run faults -- --only seed:up:12             all points there; `--only reboot` all of these, or the name of one
// npm run faults -- --share 2/3                   the second of three shares
// npm run faults -- --jobs 4                      in four sandboxes at once; by default three for two cores
// FAULTS_REFERENCE=FILE                           keeps the results of the clean run for other shares
// npm run faults -- --clean-run                   only that run
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environment } from "./lib/environment.mjs";
import { startWorker } from "./lib/fault-worker.mjs";
import { indent, Problem } from "./lib/problem.mjs";
import { setup } from "./lib/setup.mjs";
import { parseShare, shareOf } from "./lib/share.mjs";
import { duration, green, main, red, say } from "./lib/terminal.mjs";

// One and a half lanes per core: while one waits for an engine to end, the others go on.
const options = {
  only: { type: "string", multiple: true, default: [] },
  share: { type: "string", default: "1/1" },
  jobs: { type: "string", default: String(Math.ceil(1.5 * availableParallelism())) },
  "clean-run": { type: "boolean", default: false },
};

async function faults({ only, share, jobs, "clean-run": isCleanRun }, env) {
  // The first worker notes the results of a clean run for all others.
  const folder = mkdtempSync(join(tmpdir(), "pulumi-netns-faults-"));
  const known = { FAULTS_REFERENCE: join(folder, "reference.json"), ...env };
  const tally = { tried: 0, survived: 0, lost: 0, leaked: 0 };
  try {
    const started = Date.now();
    const open = (slot) => startWorker(`faults-${process.pid}-${slot}`, known);
    const first = await open(0);
    if (isCleanRun) {
      await first.end();
      say(`${first.points.length} points`);
      return 0;
    }
    const queue = shareOf(chosen(first.points, only), share);
    const report = reporter(tally, queue.length);
    const lanes = Array.from({ length: Number(jobs) }, (_, slot) =>
      work(slot === 0 ? first : undefined, () => open(slot), queue, report),
    );
    // Waits for every lane, so that nothing follows the last line.
    const broken = (await Promise.allSettled(lanes)).find(({ status }) => status === "rejected");
    if (broken) throw broken.reason;
    say(`\n${duration(Date.now() - started)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    say(`${tally.tried} tried, ${tally.survived} survived, ${tally.lost} lost, ${tally.leaked} leaked`);
  }
  return tally.survived === tally.tried && tally.tried > 0 ? 0 : 1;
}

/** Tries points until none is left. After a point that was not survived, a new worker takes the next one in a clean network. */
async function work(worker, open, queue, report) {
  let current = worker;
  for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
    current ??= await open();
    const started = Date.now();
    const verdict = await current.try(point).catch(fallen);
    report(point, verdict, Date.now() - started);
    if (verdict.outcome !== "survived") {
      await current.end();
      current = undefined;
    }
  }
  await current?.end();
}

/** The verdict when a worker ends on its own: its network is in an unknown state. */
const fallen = ({ message }) => ({ outcome: "lost", call: "", findings: [message] });

/** The points whose names contain a word of `--only`. A full name may have another victim than the listed point. */
function chosen(points, only) {
  if (only.length === 0) return [...points];
  const named = only.flatMap((name) => {
    const fitting = points.filter((point) => `:${point}:`.includes(`:${name}:`));
    return fitting.length > 0 ? fitting : [name];
  });
  return [...new Set(named)];
}

const reporter =
  (tally, total) =>
  (point, { outcome, call, findings }, milliseconds) => {
    tally.tried++;
    tally[outcome]++;
    const mark = outcome === "survived" ? green("✓") : red(`✗ ${outcome}`);
    const count = `${tally.tried}/${total}`.padStart(2 * String(total).length + 1);
    say(`  ${count} ${mark} ${point.padEnd(40)} ${duration(milliseconds).padStart(6)}  ${call}`.trimEnd());
    if (outcome === "survived") return;
    say(indent([...findings, `again: npm run faults -- --only ${point}`].join("\n")));
  };

function readOptions() {
  try {
    const { values } = parseArgs({ options });
    if (!/^[1-9]\d*$/.test(values.jobs)) throw new Error(`--jobs is ${values.jobs}, not a number from 1`);
    return { ...values, share: parseShare(values.share) };
  } catch (error) {
    throw new Problem(error.message, {
      how: "npm run faults -- [--only POINT]… [--share N/OF] [--jobs N] [--clean-run]",
    });
  }
}

await main(async () => {
  const values = readOptions();
  return faults(values, environment(await setup()));
});
