import fc from "fast-check";
import { refuseOutsideSandbox } from "../support/kernel";
import { snapshot } from "../support/snapshot";
import { readUsual } from "./kernel/picture";
import { printScenario } from "./print";
import { type Clean, type Scenario, scenarios } from "./scenario";
import { Stage } from "./stage";

/** One worker of `npm run fuzz` in its own sandbox: runs FUZZ_RUNS programs from FUZZ_SEED, or the one at FUZZ_PATH. */

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

const seed = number("FUZZ_SEED", Date.now() % 1e9);
const runs = number("FUZZ_RUNS", 200);
const path = process.env["FUZZ_PATH"];
/** Seconds for shrinking a failure. */
const patience = number("FUZZ_SHRINK", 300) * 1000;
const BEAT = 10;

async function main(): Promise<number> {
  refuseOutsideSandbox();
  const host = await snapshot();
  const clean: Clean = { usual: await readUsual(), host };
  const stage = new Stage(clean);
  let played = 0;
  let failedAt: number | undefined;

  const property = fc.asyncProperty(scenarios, async (scenario: Scenario) => {
    // After that time every program passes, which ends the shrinking at the smallest failure so far.
    if (failedAt !== undefined && Date.now() - failedAt > patience) return;
    const failure = await stage.play(scenario);
    if (failure !== undefined) {
      failedAt ??= Date.now();
      say(`a failure, with ${scenario.first.length} resources, then ${scenario.second.length}`);
      if (process.env["FUZZ_DEBUG"]) say(failure);
      throw new Error(failure);
    }
    if (++played % BEAT === 0 && failedAt === undefined) say(`${played} of ${runs} programs`);
  });
  const result = await fc.check(property, {
    seed,
    numRuns: path === undefined ? runs : 1,
    ...(path !== undefined && { path }),
  });
  await stage.close();
  if (result.failed && result.counterexample) {
    const [scenario] = result.counterexample;
    say(String(result.errorInstance instanceof Error ? result.errorInstance.message : result.errorInstance));
    say(printScenario(scenario));
    say(`once more: FUZZ_SEED=${seed} FUZZ_PATH=${result.counterexamplePath} npm run fuzz`);
  }
  say(`${result.numRuns} programs, ${result.failed ? 1 : 0} failed (seed ${seed})`);
  return result.failed ? 1 : 0;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(2);
  },
);
