import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { checkArgs } from "../../provider/engine/check";
import type { Args, Definition, Observed, Problem } from "../../provider/engine/definition";
import * as engine from "../../provider/engine/lifecycle";
import { UNKNOWN } from "../../provider/engine/unknown";
import { birthGroup } from "../../provider/kinds/links/identity";
import { type Command, printCommand } from "../../provider/linux/command";
import { withFacts } from "../../provider/linux/host/currentFacts";
import { localHost } from "../../provider/linux/host/local/localHost";
import { markOf } from "../../provider/linux/marks/mark";
import { HERE } from "./fakeHost";

/** The URN of a resource of the stack `stack` of the project `project`. */
export const urnOf = (kind: string, name: string): string =>
  `urn:pulumi:stack::project::pulumi-nodejs:dynamic/netns:${kind}::${name}`;

/** The mark of such a resource. */
export const markFor = (kind: string, name = "it"): string => markOf(kind, urnOf(kind, name));

/**
 * Arguments as `check` passes them on, for the resource `name`. A problem fails the test. Nothing is claimed, because claims last as long
 * as the process.
 */
export function checked(definition: Definition, given: Args, name = JSON.stringify(given)): Args {
  const { args, problems } = withFacts(HERE.facts, () =>
    checkArgs(definition, { ...given, mark: markFor(definition.kind, name) }),
  );
  expect(problems).to.deep.equal([]);
  return args;
}

/** The problems that `check` finds at preview, without running a command. */
export async function problemsOf(definition: Definition, given: Args): Promise<readonly Problem[]> {
  const { run } = localHost;
  localHost.run = (command) => Promise.reject(new Error(`check has run ${printCommand(command)}`));
  try {
    return engine.check(definition, HERE, { ...given, mark: markFor(definition.kind) }).problems;
  } finally {
    localHost.run = run;
  }
}

/** The problems of `good` after `change`, each as `property: reason`. */
export type BadInput = readonly [change: Args, ...problems: string[]];

/** Tests that each bad input is refused with exactly these words. */
export function itRefuses(definition: Definition, good: Args, rows: readonly BadInput[]): void {
  it("accepts the arguments that the rows below spoil", async () => {
    expect(await problemsOf(definition, good)).to.deep.equal([]);
  });

  for (const path of placesIn(good)) {
    it(`accepts an unknown ${path.join(".")}`, async () => {
      expect(await problemsOf(definition, withUnknown(good, path))).to.deep.equal([]);
    });
  }

  it("has ten rows or more", () => {
    expect(rows.length).to.be.at.least(10);
  });

  for (const [change, ...problems] of rows) {
    it(`refuses ${JSON.stringify(change)}`, async () => {
      const found = await problemsOf(definition, { ...good, ...change });
      expect(found.map(({ property, reason }) => `${property}: ${reason}`)).to.deep.equal(problems);
    });
  }
}

/** A field's path, another value for it, and the effect of the change. */
export type Change = readonly [path: string, value: unknown, effect: "replace" | "update"];

/** Tests the effect of a change of each field. A field without a row is a failure. */
export function itDiffers(definition: Definition, state: Args, rows: readonly Change[]): void {
  it("has a row for every field", () => {
    const paths = new Set(rows.map(([path]) => path));
    expect([...paths].sort()).to.deep.equal(Object.keys(definition.onChange).sort());
  });

  it("finds no change between the same arguments", () => {
    expect(engine.diff(definition, HERE, state, structuredClone(state))).to.deep.equal({
      changes: false,
      replaces: [],
      deleteBeforeReplace: true,
    });
  });

  for (const [path, value, effect] of rows) {
    it(`${path} → ${JSON.stringify(value)}: ${effect}`, () => {
      expect(engine.diff(definition, HERE, state, withValue(state, path, value))).to.deep.equal({
        changes: true,
        replaces: effect === "replace" ? [path] : [],
        deleteBeforeReplace: true,
      });
    });
  }

  for (const [path, , effect] of rows.filter(([path], at) => at === rows.findIndex(([p]) => p === path))) {
    it(`${path} → unknown: ${effect}`, () => {
      const { changes, replaces } = engine.diff(definition, HERE, state, withValue(state, path, UNKNOWN));
      expect({ changes, replaces }).to.deep.equal({
        changes: true,
        replaces: effect === "replace" ? [path] : [],
      });
    });
  }

  it("mark → another: update", () => {
    expect(
      engine.diff(definition, HERE, state, { ...state, mark: markFor(definition.kind, "other") }),
    ).to.deep.equal({
      changes: true,
      replaces: [],
      deleteBeforeReplace: true,
    });
  });
}

/** `args` with another value under a dotted path. */
export function withValue(args: Args, path: string, value: unknown): Args {
  const [key = "", ...rest] = path.split(".");
  const inner = args[key];
  if (rest.length === 0) return { ...args, [key]: value };
  if (typeof inner !== "object" || inner === null) throw new Error(`${path} is not there`);
  return { ...args, [key]: withValue({ ...inner }, rest.join("."), value) };
}

/** The paths to all values at any depth. */
export function placesIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...placesIn(inner).map((path) => [key, ...path]),
  ]);
}

/** A copy of `args` whose value at `path` is unknown. */
export function withUnknown(args: Args, path: readonly string[]): Args {
  const copy = structuredClone(args);
  const owner = path.slice(0, -1).reduce<object>((value, key) => Reflect.get(value, key), copy);
  Reflect.set(owner, path.at(-1) ?? "", UNKNOWN);
  return copy;
}

/** Commands as a person would type them, with standard input after `<<<`. */
export const printed = (commands: readonly Command[]): string[] =>
  commands.map((command) =>
    command.input === undefined ? printCommand(command) : `${printCommand(command)} <<< ${command.input}`,
  );

/** Real output of `ip -j`, kept in test/unit/golden. */
export const golden = (name: string): string =>
  readFileSync(join(__dirname, "../unit/golden", `${name}.json`), "utf8");

/** The observation if the kernel has exactly these arguments. */
export const asObserved = (args: Args): Observed<Args, object> => ({
  args,
  outputs: {},
  mark: String(args["mark"]),
});

/** Tests the creation commands of each row. `MARK` stands for the resource's mark, `GROUP` for the group in which links are created. */
export function itCreates(
  definition: Definition,
  rows: readonly (readonly [given: Args, ...string[]])[],
  observed = asObserved,
): void {
  for (const [given, ...commands] of rows) {
    it(`creates ${JSON.stringify(given)}`, () => {
      const args = checked(definition, given);
      expect(withoutMark(printed(definition.create(args)), args)).to.deep.equal(commands);
    });

    it(`needs no change after ${JSON.stringify(given)}`, () => {
      const args = checked(definition, given);
      expect(definition.update(observed(args), args)).to.deep.equal([]);
    });
  }
}

/** Tests the commands that update each field of `state`. A field without a row is a failure. */
export function itUpdates(
  definition: Definition,
  state: Args,
  rows: readonly (readonly [path: string, value: unknown, ...commands: string[]])[],
  observed = asObserved,
): void {
  it("has commands for every field that updates in place", () => {
    const updatable = Object.keys(definition.onChange).filter(
      (path) => definition.onChange[path] !== "replace",
    );
    expect([...new Set(rows.map(([path]) => path))].sort()).to.deep.equal([...updatable, "mark"].sort());
  });

  for (const [path, value, ...commands] of rows) {
    it(`updates ${path} to ${JSON.stringify(value)}`, () => {
      const args = withValue(state, path, value);
      expect(withoutMark(printed(definition.update(observed(state), args)), args)).to.deep.equal(commands);
    });
  }
}

const withoutMark = (commands: readonly string[], { mark }: Args): string[] =>
  commands.map((command) =>
    command.replaceAll(String(mark), "MARK").replaceAll(birthGroup(String(mark)), "GROUP"),
  );
