import { execa } from "execa";
import fc from "fast-check";
import { snapshot } from "../support/snapshot";
import { programs } from "./arbitraries/program";
import { type Command, commandsOf, drifts } from "./drift";
import { edited, edits } from "./edits";
import type { Engine } from "./engine";
import { picture } from "./kernel/picture";
import { keptSysctls, model } from "./model/model";
import type { Program } from "./program";
import type { Sysctls } from "./sysctls";

/** Two programs for one stack, and what happens in between. */
export interface Scenario {
  readonly first: Program;
  readonly second: Program;
  readonly byHand: readonly Command[];
  readonly refresh: boolean;
  /** Whether the second program is run once more, which must change nothing. */
  readonly again: boolean;
  readonly checkpoints: boolean;
}

export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    first: programs,
    edits,
    drifts,
    again: fc.nat({ max: 4 }).map((n) => n === 1),
    checkpoints: fc.nat({ max: 9 }).map((n) => n === 1),
  })
  .map(({ first, edits, drifts, ...rest }) => {
    const byHand = commandsOf(first, drifts);
    return { first, second: edited(first, edits), byHand, refresh: byHand.length > 0, ...rest };
  });

/** What is as it was before anything was made. */
export interface Clean {
  readonly usual: Sysctls;
  readonly host: Readonly<Record<string, string>>;
}

/** Runs a scenario; fails where the kernel has something else than the model says. */
export async function play(engine: Engine, clean: Clean, scenario: Scenario): Promise<void> {
  const { first, second, byHand, refresh, again, checkpoints } = scenario;
  engine.writeCheckpoints(checkpoints);
  await engine.up(first);
  same("the first `up`", model(first, clean.usual), await picture(clean.usual));
  // What one command took away, another may ask for.
  for (const [tool, ...args] of byHand) await execa(tool, args, { reject: false });
  await engine.up(second, { refresh });
  const kept = byHand.some((command) => command.includes("netns")) ? undefined : keptSysctls(first, second);
  same("the second `up`", model(second, clean.usual, kept), await picture(clean.usual));
  if (again) await engine.up(second, { expectNoChanges: true });
  await engine.destroy();
  same("`destroy`", [], await picture(clean.usual));
  const { host } = clean;
  const left = await snapshot();
  for (const [what, before] of Object.entries(host))
    same(`\`destroy\`, in ${what}`, before.split("\n"), (left[what] ?? "").split("\n"));
}

/** Fails with the lines that only the model or only the kernel has. */
function same(when: string, expected: readonly string[], found: readonly string[]): void {
  const only = (sign: string, lines: readonly string[], others: readonly string[]) =>
    lines.filter((line) => !others.includes(line)).map((line) => `  ${sign} ${line}`);
  const difference = [...only("model ", expected, found), ...only("kernel", found, expected)];
  if (difference.length > 0 || expected.length !== found.length)
    throw new Error(`After ${when} the kernel is not as it should be:\n${difference.join("\n")}`);
}
