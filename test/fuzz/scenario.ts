import { execa } from "execa";
import fc from "fast-check";
import { Bridge } from "../../sdk";
import { snapshot } from "../support/snapshot";
import { programs } from "./arbitraries/program";
import { placeText } from "./claims";
import { type Command, commandsOf, drifts } from "./drift";
import { edited, edits } from "./edits";
import type { Engine } from "./engine";
import { picture } from "./kernel/picture";
import { keptSysctls, model } from "./model/model";
import { ofKind, type Program, picked } from "./program";
import { respelt } from "./respelt";
import type { Sysctls } from "./sysctls";
import { inTwoRuns, takenOver, takings } from "./takings";

/** Two programs for one stack, and the events in between. */
export interface Scenario {
  readonly first: Program;
  readonly second: Program;
  readonly byHand: readonly Command[];
  readonly refresh: boolean;
  /** Whether the second program runs once more, which must change nothing. */
  readonly again: boolean;
  readonly checkpoints: boolean;
  /** Whether the second program spells its arguments differently from the first. */
  readonly inOtherWords: boolean;
  /** The namespace of the first program in which another stack creates a bridge, by its name in the kernel. */
  readonly theirs: string | undefined;
}

/** `engine` runs the programs; `others` is another stack on the same host. */
export interface Engines {
  readonly engine: Engine;
  readonly others: Engine;
}

export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    first: programs,
    edits,
    drifts,
    again: fc.nat({ max: 4 }).map((n) => n === 1),
    checkpoints: fc.nat({ max: 9 }).map((n) => n === 1),
    // Last, so that a seed still gives the same values for the fields before it.
    takings,
    inOtherWords: fc.nat({ max: 3 }).map((n) => n === 1),
    guest: fc.nat({ max: 200 }),
  })
  .map(({ first, edits, drifts, takings, guest, ...rest }) => {
    const byHand = commandsOf(first, drifts);
    const second = takenOver(edited(first, edits), first, takings);
    const theirs = byHand.length > 0 ? undefined : placeOfGuest(first, guest);
    return { first, second, byHand, refresh: byHand.length > 0, theirs, ...rest };
  });

/** In a quarter of all programs, and never in the first attempt of shrinking. */
function placeOfGuest(program: Program, guest: number): string | undefined {
  if (guest % 4 !== 1) return undefined;
  const home = picked(ofKind(program, "Namespace"), Math.floor(guest / 4));
  return home && placeText(program, home.name);
}

/** The host before the first program. */
export interface Clean {
  readonly usual: Sysctls;
  readonly host: Readonly<Record<string, string>>;
}

/** Runs a scenario. Fails if the kernel differs from the model. */
export async function play(engines: Engines, clean: Clean, scenario: Scenario): Promise<void> {
  const { first, byHand, again, checkpoints } = scenario;
  const { engine } = engines;
  engine.writeCheckpoints(checkpoints);
  await engine.up(first);
  same("the first `up`", model(first, clean.usual), await picture(clean.usual));
  // One command may remove what another one queries.
  for (const [tool, ...args] of byHand) await execa(tool, args, { reject: false });
  const { before, program } = await reach(engines, first, scenario);
  const kept = byHand.some((command) => command.includes("netns")) ? undefined : keptSysctls(before, program);
  same("the second `up`", model(program, clean.usual, kept), await picture(clean.usual));
  if (again) await engine.up(spelt(program, scenario), { expectNoChanges: true });
  await engine.destroy();
  same("`destroy`", [], await picture(clean.usual));
  const { host } = clean;
  const left = await snapshot();
  for (const [what, before] of Object.entries(host))
    same(`\`destroy\`, in ${what}`, before.split("\n"), (left[what] ?? "").split("\n"));
}

/** Errors that ask for two runs: something cannot be taken over in place, or a resource of the stack is in the way. */
const REFUSALS = [
  /cannot be taken over from/,
  /it belongs to .* of the stack fuzz\/test\. Keep the resource by/,
  /IPv6 has an address once on a link/,
];

/**
 * The engine wrote a state that it cannot read: a resource that no longer depends on a replaced one is in it twice (pulumi/pulumi#20852).
 * docs/troubleshooting.md describes the recovery.
 */
const BROKEN = /snapshot integrity failure.*duplicate resource/;

/** Part of the error that refuses a deletion because another stack would lose something. */
const PROTECTION = /others would lose what belongs to them/;

const spelt = (program: Program, { inOtherWords }: Scenario): Program =>
  inOtherWords ? respelt(program) : program;

/** Runs the second program, in two runs if one is refused. Returns the resulting program and the one before it. */
async function reach(engines: Engines, first: Program, scenario: Scenario) {
  const { engine } = engines;
  const { second, refresh, theirs } = scenario;
  try {
    if (theirs === undefined) await engine.up(spelt(second, scenario), { refresh });
    else await besideOthers(engines, theirs, spelt(second, scenario));
    return { before: first, program: second };
  } catch (error) {
    if (says(error, BROKEN)) {
      await engine.putBack();
      await engine.up(spelt(second, scenario), { refresh: true });
      return { before: first, program: second };
    }
    if (!REFUSALS.some((words) => says(error, words))) throw error;
    const [before, program] = inTwoRuns(second, first);
    await engine.up(spelt(before, scenario), { refresh: true });
    await engine.up(spelt(program, scenario));
    return { before, program };
  }
}

/** Runs a program while another stack has a bridge in a namespace. The bridge stays, whatever happens to the namespace. */
async function besideOthers({ engine, others }: Engines, place: string, second: Program) {
  await others.run(() => void new Bridge("theirs", { namespace: place }));
  try {
    await engine.up(second);
    await expectTheirs(place);
    await others.destroy();
  } catch (error) {
    await expectTheirs(place);
    await others.destroy();
    if (!says(error, PROTECTION)) throw error;
    await engine.up(second, { refresh: true });
  }
}

async function expectTheirs(place: string): Promise<void> {
  const { stdout } = await execa("ip", ["-n", place, "link", "show", "dev", "theirs"], { reject: false });
  if (!stdout?.includes("pulumi-netns:Bridge:"))
    throw new Error(`the bridge of another stack in ${place} is gone: ${stdout}`);
}

const says = (error: unknown, words: RegExp): boolean => error instanceof Error && words.test(error.message);

/** Fails with the lines that only the model or only the kernel has. */
function same(when: string, expected: readonly string[], found: readonly string[]): void {
  const only = (sign: string, lines: readonly string[], others: readonly string[]) =>
    lines.filter((line) => !others.includes(line)).map((line) => `  ${sign} ${line}`);
  const difference = [...only("model ", expected, found), ...only("kernel", found, expected)];
  if (difference.length > 0 || expected.length !== found.length)
    throw new Error(`After ${when} the kernel differs from the model:\n${difference.join("\n")}`);
}
