// Runs in a sandbox for bench/run.mjs: measures, and writes the results.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { inRoot } from "../scripts/lib/paths.mjs";
import { main, say } from "../scripts/lib/terminal.mjs";
import { isThere } from "./lib/contenders.mjs";
import { measure } from "./lib/measure.mjs";
import { plan } from "./lib/plan.mjs";
import { plots } from "./lib/plots.mjs";
import { report } from "./lib/table.mjs";
import { verdicts } from "./lib/targets.mjs";

await main(async () => {
  const options = JSON.parse(process.argv[2]);
  const machine = { cpus: cpus().length, kernel: release(), node: process.version, load: loadavg()[0] };
  const tasks = plan(options);
  skipMissing(tasks);
  mkdirSync(inRoot(".test-stacks"), { recursive: true });
  const scratch = mkdtempSync(inRoot(".test-stacks", "bench-"));
  const measurements = [];
  try {
    for (const task of tasks) {
      const contenders = task.contenders.filter((contender) => isThere(contender, process.env));
      measurements.push(await measure({ ...task, contenders }, scratch, process.env));
      // Saved after each round: an hour is too long to lose.
      await write(nameOf(options), { machine, measurements, verdicts: verdicts(measurements) });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  say(`\n${report({ measurements, verdicts: verdicts(measurements) })}\n`);
  say(`Medians; also in bench/results/${nameOf(options)}.json and .md, with plots beside them.`);
});

/** The results of a part of the work do not replace those of the whole. */
function nameOf({ quick, shapes, sizes, only }) {
  return quick || shapes || sizes || only ? "latest" : "full";
}

function skipMissing(tasks) {
  const contenders = new Set(tasks.flatMap((task) => task.contenders));
  for (const contender of contenders) {
    if (isThere(contender, process.env)) continue;
    say(`  ${contender.name} is left out, as it is not here: ${contender.install}`);
  }
}

async function write(name, results) {
  const file = (ending) => inRoot("bench", "results", `${name}${ending}`);
  writeFileSync(file(".json"), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(file(".md"), `${report(results)}\n`);
  for (const [title, svg] of Object.entries(await plots(results)))
    writeFileSync(file(`-${title}.svg`), `${svg}\n`);
}
