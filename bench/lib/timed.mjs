import { Problem, tail } from "../../scripts/lib/problem.mjs";
import { run } from "../../scripts/lib/run.mjs";

/** Runs a call that must succeed. Returns its output and its time in seconds. */
export async function timed(what, { command, args, options }) {
  const started = performance.now();
  const { code, output } = await run(command, args, options);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Problem(`${what} failed.`, { details: tail(output) });
  return { seconds, output };
}
