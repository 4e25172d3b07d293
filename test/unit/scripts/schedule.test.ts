import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../support/stack";
import { load } from "./load";

interface Portion {
  readonly name: string;
  readonly after?: string;
}

interface Schedule {
  longestFirst<P extends Portion>(portions: readonly P[], estimates: Readonly<Record<string, number>>): P[];
  playSideBySide<P extends Portion, R>(
    portions: readonly P[],
    jobs: number,
    play: (portion: P) => Promise<R>,
  ): Promise<R[]>;
}

describe("scripts: the schedule of portions", () => {
  let schedule: Schedule;
  before(async () => {
    schedule = await load("schedule");
  });

  const portionsOf = (...names: string[]): Portion[] => names.map((name) => ({ name }));
  const orderOf = (portions: Portion[], estimates: Record<string, number>) =>
    schedule.longestFirst(portions, estimates).map(({ name }) => name);

  /** Plays portions that end only when the test says so. */
  function stage(portions: readonly Portion[], jobs: number) {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const play = ({ name }: Portion) => {
      started.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    };
    const results = schedule.playSideBySide(portions, jobs, play);
    const end = async (name: string) => {
      ends.get(name)?.();
      await new Promise(setImmediate);
    };
    return { started, results, end };
  }

  it("starts the longest portion first", () => {
    expect(orderOf(portionsOf("short", "long", "middle"), { short: 1, long: 30, middle: 9 })).to.deep.equal([
      "long",
      "middle",
      "short",
    ]);
  });

  it("starts a portion without an estimate before all others, so that it is never a long tail", () => {
    expect(orderOf(portionsOf("short", "new", "long"), { short: 1, long: 900 })).to.deep.equal([
      "new",
      "long",
      "short",
    ]);
  });

  it("starts a portion that others wait for as early as their time demands", () => {
    const portions = [
      ...portionsOf("test", "first"),
      { name: "one", after: "first" },
      { name: "two", after: "first" },
    ];
    expect(orderOf(portions, { test: 60, first: 10, one: 20, two: 55 })).to.deep.equal([
      "first",
      "test",
      "two",
      "one",
    ]);
  });

  it("keeps every portion, and the order of equally long ones", () => {
    const names = Array.from({ length: 50 }, (_, at) => `portion ${at}`);
    expect(orderOf(portionsOf(...names), {})).to.deep.equal(names);
  });

  it("fills each lane as soon as it is free", async () => {
    const { started, results, end } = stage(portionsOf("a", "b", "c", "d"), 2);
    expect(started).to.deep.equal(["a", "b"]);
    await end("b");
    expect(started).to.deep.equal(["a", "b", "c"]);
    await end("c");
    expect(started).to.deep.equal(["a", "b", "c", "d"]);
    await end("d");
    await end("a");
    expect(await results).to.deep.equal(["b", "c", "d", "a"]);
  });

  it("plays others while a portion waits for the one that it comes after", async () => {
    const portions = [{ name: "first" }, { name: "waits", after: "first" }, { name: "other" }];
    const { started, results, end } = stage(portions, 2);
    expect(started).to.deep.equal(["first", "other"]);
    await end("other");
    expect(started).to.deep.equal(["first", "other"]);
    await end("first");
    expect(started).to.deep.equal(["first", "other", "waits"]);
    await end("waits");
    expect(await results).to.deep.equal(["other", "first", "waits"]);
  });

  it("refuses a portion that comes after an unknown one", async () => {
    const { results } = stage([{ name: "waits", after: "nobody" }], 1);
    const message = await results.then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message).to.equal("no portion named nobody");
  });
});

interface Suites {
  tests(): Portion[];
  faults(share: { number: number; of: number }, folder: string): Portion[];
  fuzz(env: Readonly<Record<string, string>>): Portion[];
  beside(share: { number: number; of: number }): Portion[];
  lint(): Portion[];
  traffic(): Portion[];
}

describe("scripts: the suites in portions", () => {
  let suites: Suites;
  before(async () => {
    suites = await load("suites");
  });

  const whole = { number: 1, of: 1 };

  it("names each portion once", () => {
    const all = [
      ...suites.lint(),
      ...suites.tests(),
      ...suites.faults(whole, "/tmp"),
      ...suites.beside(whole),
      ...suites.fuzz({}),
      ...suites.traffic(),
    ];
    expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
  });

  it("takes every test file into exactly one portion", () => {
    const portions = suites.tests().map(({ name }) => name);
    const files = ["unit", "integration", "e2e"].flatMap((suite) =>
      readdirSync(join(root, "test", suite), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => `test/${suite}/${file}`),
    );
    const matching = files.map((file) => [file, portions.filter((name) => covers(name, file)).length]);
    expect(matching.filter(([, count]) => count !== 1)).to.deep.equal([]);
    expect(files.length).to.be.greaterThan(100);
  });

  it("runs the clean run of faults before its other portions", () => {
    const [first, ...others] = suites.faults(whole, "/tmp");
    expect(first?.after).to.equal(undefined);
    expect(new Set(others.map(({ after }) => after))).to.deep.equal(new Set([first?.name]));
  });
});

/** Whether mocha finds a file by the name of a portion: the file itself, or everything below a folder. */
function covers(name: string, file: string): boolean {
  const [folder = "", rest] = name.split("**/*.test.ts");
  return rest === undefined ? name === file : file.startsWith(folder);
}
