import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { load } from "./load";

const loadReporter = () => import(pathToFileURL(resolve(__dirname, "..", "..", "reporter.cjs")).href);

describe("scripts: the summary of the tests", () => {
  it("is one line when nothing is skipped and nothing fails", async () => {
    const { closing } = (await loadReporter()).default;
    expect(closing([], [], 3)).to.equal("3 passed, 0 failed");
  });

  it("follows the skipped tests and their reasons, and the failed ones", async () => {
    const { closing } = (await loadReporter()).default;
    const skips = [
      { title: "delay", reason: "this kernel has no netem" },
      { title: "loss", reason: undefined },
    ];
    const fails = [{ title: "ping", reason: "no answer" }];
    expect(closing(skips, fails, 3)).to.equal(
      "Skipped:\n  delay: this kernel has no netem\n\nFailed:\n  ping: no answer\n\n3 passed, 1 failed, 2 skipped",
    );
  });

  it("finds the reason at the test, a hook of its suite or further up, and nowhere else", async () => {
    const { reasonOf } = (await loadReporter()).default;
    const plain = { _beforeAll: [{}], _beforeEach: [] };
    expect(reasonOf({ skipReason: "own", parent: { skipReason: "suite" } })).to.equal("own");
    expect(reasonOf({ parent: { _beforeAll: [{}, { skipReason: "hook" }] } })).to.equal("hook");
    expect(reasonOf({ parent: { _beforeEach: [{ skipReason: "each" }] } })).to.equal("each");
    expect(reasonOf({ parent: { ...plain, parent: { skipReason: "outer" } } })).to.equal("outer");
    expect(reasonOf({ parent: { ...plain, parent: plain } })).to.equal(undefined);
  });

  it("is recognized as the last line only", async () => {
    const { summaryIn } = await load("summary");
    expect(summaryIn("noise\n3 passed, 0 failed\n")).to.equal("3 passed, 0 failed");
    expect(summaryIn("3 passed, 1 failed, 2 skipped")).to.equal("3 passed, 1 failed, 2 skipped");
    expect(summaryIn("3 passed, 0 failed\nTypeError")).to.equal(undefined);
    expect(summaryIn("")).to.equal(undefined);
  });

  it("is read with its lists, and added up over several runs", async () => {
    const { closingIn, total } = await load("summary");
    const first = closingIn(
      "noise\nSkipped:\n  delay: no netem\n\nFailed:\n  ping: no answer\n\n1 passed, 1 failed, 1 skipped\n",
    );
    expect(first).to.deep.equal({
      skipped: ["  delay: no netem"],
      failed: ["  ping: no answer"],
      summary: "1 passed, 1 failed, 1 skipped",
    });
    const second = closingIn("4 passed, 0 failed");
    expect(total([first, second])).to.equal(
      "Skipped:\n  delay: no netem\n\nFailed:\n  ping: no answer\n\n5 passed, 1 failed, 1 skipped",
    );
    expect(total([second])).to.equal("4 passed, 0 failed");
    expect(closingIn("TypeError")).to.equal(undefined);
  });
});

describe("scripts: the result of a portion", () => {
  interface Closing {
    readonly skipped: readonly string[];
    readonly failed: readonly string[];
    readonly summary: string;
  }
  type Portion = { name: string; closingIn(output: string, code: number): Closing | undefined };

  const resultOf = async (portion: string, code: number, output: string): Promise<Closing> => {
    const { closingOfPortion } = await load("summary");
    const suites = await load("suites");
    const share = { number: 1, of: 1 };
    const portions: Portion[] = [
      ...suites.lint(),
      ...suites.tests(),
      ...suites.faults(share, "/tmp"),
      ...suites.beside(share),
      ...suites.fuzz({}),
      ...suites.traffic(),
    ];
    return closingOfPortion(
      portions.find(({ name }) => name.startsWith(portion)),
      { code, output },
    );
  };
  const again = "FUZZ_SEED=7 FUZZ_PATH=3 npm run fuzz";
  const cases: [portion: string, code: number, output: string, expected: Partial<Closing>][] = [
    ["lint types", 0, "", { summary: "1 passed, 0 failed" }],
    ["lint types", 2, "error TS1", { failed: ["  lint types: exit code 2"], summary: "0 passed, 1 failed" }],
    ["test/unit", 0, "x\n3 passed, 0 failed\n", { failed: [], summary: "3 passed, 0 failed" }],
    [
      "faults",
      0,
      "  1/1 ✓ a\n\n9 s\n1 tried, 1 survived, 0 lost, 0 leaked\n",
      { summary: "1 passed, 0 failed" },
    ],
    [
      "faults",
      1,
      "  1/3 ✓ a\n  2/3 ✗ lost b\n    it broke\n  3/3 ✗ leaked c\n3 tried, 1 survived, 1 lost, 1 leaked",
      { failed: ["  2/3 ✗ lost b", "  3/3 ✗ leaked c"], summary: "1 passed, 2 failed" },
    ],
    [
      "beside",
      0,
      "Skipped:\n  docker: no network\n\n0 hosts, 0 steps, 0 wrong",
      { skipped: ["  docker: no network"], summary: "0 passed, 0 failed, 1 skipped" },
    ],
    [
      "beside",
      0,
      "Skipped: only root can make a private host.\n0 hosts, 0 steps, 0 wrong",
      { skipped: ["  only root can make a private host."], summary: "0 passed, 0 failed, 1 skipped" },
    ],
    [
      "fuzz",
      1,
      `once more: ${again}\n4 programs, 1 failed (seed 7)\n4 programs, 1 failed (seed 7)`,
      { failed: [`once more: ${again}`], summary: "3 passed, 1 failed" },
    ],
    [
      "traffic",
      1,
      "  wrong: a → b\n8 cells, 1 wrong",
      { failed: ["  wrong: a → b"], summary: "7 passed, 1 failed" },
    ],
    [
      "traffic",
      1,
      "TypeError",
      { failed: ["  traffic: did not run to its end"], summary: "0 passed, 1 failed" },
    ],
    [
      "traffic",
      3,
      "8 cells, 0 wrong",
      { failed: ["  traffic: ended with exit code 3"], summary: "8 passed, 1 failed" },
    ],
    [
      "test/unit",
      1,
      "3 passed, 0 failed",
      { failed: ["  test/unit/**/*.test.ts: ended with exit code 1"], summary: "3 passed, 1 failed" },
    ],
  ];
  for (const [portion, code, output, expected] of cases) {
    it(`${portion}: exit code ${code} after "${output.split("\n").at(-1)}"`, async () => {
      expect(await resultOf(portion, code, output)).to.deep.include(expected);
    });
  }
});

describe("scripts: the arguments of mocha", () => {
  const suites = ["test/unit/**/*.test.ts", "test/integration/**/*.test.ts", "test/e2e/**/*.test.ts"];
  const cases: [extra: string[], expected: string[]][] = [
    [[], suites],
    [
      ["--grep", "veth"],
      ["--grep", "veth", ...suites],
    ],
    [["test/unit/a.test.ts"], ["test/unit/a.test.ts"]],
    [["./test/e2e/**"], ["./test/e2e/**"]],
    [
      ["--bail", "/tmp/x.test.ts"],
      ["--bail", "/tmp/x.test.ts"],
    ],
  ];
  for (const [extra, expected] of cases) {
    it(`npm test ${extra.join(" ")}`, async () => {
      const { mochaArguments } = await load("mocha");
      const [mocha, flag, reporter, colour, ...rest] = mochaArguments(extra, false);
      expect(mocha).to.match(/mocha\.js$/);
      expect([flag, colour]).to.deep.equal(["--reporter", "--no-color"]);
      expect(reporter).to.match(/test\/reporter\.cjs$/);
      expect(rest).to.deep.equal(expected);
    });
  }
});
