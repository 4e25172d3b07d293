// What bench/run.mjs runs in a sandbox: measures, and writes down what came out.
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
  const load = loadavg()[0];
  const tasks = plan(options);
  skipMissing(tasks);
  mkdirSync(inRoot(".test-stacks"), { recursive: true });
  const scratch = mkdtempSync(inRoot(".test-stacks", "bench-"));
  const measurements = [];
  try {
    for (const task of tasks) {
      const contenders = task.contenders.filter((contender) => isThere(contender, process.env));
      measurements.push(await measure({ ...task, contenders }, scratch, process.env));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const machine = { cpus: cpus().length, kernel: release(), node: process.version, load };
  write(isWhole(options) ? "full" : "latest", { machine, measurements, verdicts: verdicts(measurements) });
});

const isWhole = ({ quick, shapes, sizes, only }) => !(quick || shapes || sizes || only);

function skipMissing(tasks) {
  const missing = new Set(
    tasks.flatMap(({ contenders }) => contenders).filter((one) => !isThere(one, process.env)),
  );
  for (const { name, install } of missing) say(`  ${name} is left out, as it is not here: ${install}`);
}

function write(name, results) {
  const text = report(results);
  const file = (ending) => inRoot("bench", "results", `${name}${ending}`);
  writeFileSync(file(".json"), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(file(".md"), `${text}\n`);
  for (const [title, svg] of Object.entries(plots(results))) writeFileSync(file(`-${title}.svg`), svg);
  say(`\n${text}\n\nMedians; also in bench/results/${name}.json and .md, with plots beside them.`);
}
