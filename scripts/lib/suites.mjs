import { readdirSync } from "node:fs";
import { join } from "node:path";
import { HOSTS } from "./hosts.mjs";
import { mochaArguments } from "./mocha.mjs";
import { inRoot } from "./paths.mjs";
import { run } from "./run.mjs";
import { inSandbox, stopSandbox } from "./sandbox.mjs";
import { cut, shareOf, shareText } from "./share.mjs";
import { closingIn, closingOfVerdict } from "./summary.mjs";
import { isColourful } from "./terminal.mjs";

/*
 * The suites in portions. A portion has the name of its `suite`, a `name` of its own, `play`, which resolves to an exit code and the
 * output, and `closingIn`, which finds the results in them. It may come `after` another portion.
 */

const script = (name, ...words) => [process.execPath, inRoot("scripts", `${name}.mjs`), ...words];

const playing =
  ([file, ...args], extra = {}) =>
  (env) =>
    run(file, args, { env: { ...env, ...extra } });

export const lint = () =>
  ["format", "types", "dead-code"].map((name) => ({
    suite: "lint",
    name: `lint ${name}`,
    play: playing(["npm", "run", "--silent", name]),
    closingIn: (_, code) => ({
      skipped: [],
      failed: code === 0 ? [] : [`  lint ${name}: exit code ${code}`],
      summary: code === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed",
    }),
  }));

const namesIn = (folder) => readdirSync(inRoot("test", folder)).sort();

const isTest = (name) => name.endsWith(".test.ts");

/** The tests in a folder, or a single file. */
const integrationIn = (name) => `test/integration/${name}${isTest(name) ? "" : "/**/*.test.ts"}`;

/** What `npm test` runs: each with a mocha and a sandbox of its own. */
export const tests = () =>
  [
    "test/unit/**/*.test.ts",
    ...namesIn("integration").map(integrationIn),
    ...namesIn("e2e")
      .filter(isTest)
      .map((name) => `test/e2e/${name}`),
  ].map((name, at) => ({ suite: "test", name, play: (env) => playTests(name, at, env), closingIn }));

async function playTests(name, at, env) {
  const sandbox = `test-${process.pid}-${at}`;
  const words = [process.execPath, ...mochaArguments([name], isColourful(process.stdout))];
  const [file, args] = inSandbox(sandbox, words);
  const { code, output } = await run(file, args, { env });
  const stopped = await run(...stopSandbox(sandbox), { env });
  if (stopped.code === 0) return { code, output };
  const complaint = `The sandbox ${sandbox} was not stopped: ${stopped.output.trimEnd()}`;
  return { code: code || 1, output: `${complaint}\n${output}` };
}

/** Portions of one share of the points. Each starts workers of its own, so that many small ones would cost more than they save. */
const PORTIONS_OF_FAULTS = 6;

/** The clean run, and then the points of a share. All of them read the results of the clean run in `folder`. */
export function faults(share, folder) {
  const known = { FAULTS_REFERENCE: join(folder, "faults-reference.json") };
  const first = {
    suite: "faults",
    name: "faults, the clean run",
    play: playing(script("faults", "--clean-run"), known),
    closingIn: closingOfFaults,
  };
  const others = cut(share, PORTIONS_OF_FAULTS).map((finer, at) => ({
    suite: "faults",
    name: `faults, portion ${at + 1} of ${PORTIONS_OF_FAULTS}`,
    play: playing(script("faults", "--jobs", "1", "--share", shareText(finer)), known),
    closingIn: closingOfFaults,
    after: first.name,
  }));
  return [first, ...others];
}

const closingOfFaults = closingOfVerdict(
  /^\d+ tried, (?<passed>\d+) survived, (?<lost>\d+) lost, (?<leaked>\d+) leaked$/,
  ({ passed, lost, leaked }) => ({ passed, failed: lost + leaked }),
);

/** A private host each. */
export const beside = (share) =>
  shareOf(Object.keys(HOSTS), share).map((host) => ({
    suite: "beside",
    name: `beside ${host}`,
    play: playing(script("beside", "--only", host)),
    closingIn: closingOfVerdict(
      /^\d+ hosts, (?<steps>\d+) steps, (?<failed>\d+) wrong$/,
      ({ steps, failed }) => ({ passed: steps - failed, failed }),
    ),
  }));

const PORTIONS_OF_FUZZ = 4;

/** The same programs every time, so that a failure is due to the change. FUZZ_SEED and FUZZ_RUNS choose others. */
export function fuzz(env) {
  const seed = Number(env.FUZZ_SEED || 7);
  const runs = Number(env.FUZZ_RUNS || 40);
  return Array.from({ length: PORTIONS_OF_FUZZ }, (_, at) => ({
    suite: "fuzz",
    name: `fuzz, portion ${at + 1} of ${PORTIONS_OF_FUZZ}`,
    play: playing(script("fuzz", "--jobs", "1"), {
      FUZZ_SEED: String(seed + at),
      FUZZ_RUNS: String(Math.floor((runs + at) / PORTIONS_OF_FUZZ)),
    }),
    closingIn: closingOfVerdict(
      /^(?<programs>\d+) programs, (?<failed>\d+) failed/,
      ({ programs, failed }) => ({
        passed: programs - failed,
        failed,
      }),
    ),
  }));
}

export const traffic = () => [
  {
    suite: "traffic",
    name: "traffic",
    play: playing(script("traffic")),
    closingIn: closingOfVerdict(/^(?<cells>\d+) cells, (?<failed>\d+) wrong$/, ({ cells, failed }) => ({
      passed: cells - failed,
      failed,
    })),
  },
];
