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

describe("scripts: what mocha is asked to run", () => {
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
