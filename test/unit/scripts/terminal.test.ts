import { expect } from "chai";
import { load } from "./load";

describe("scripts: output for people", () => {
  it("prints durations in common words", async () => {
    const { duration } = await load("terminal");
    const cases: [milliseconds: number, text: string][] = [
      [40, "0.0 s"],
      [1234, "1.2 s"],
      [59_949, "59.9 s"],
      [59_960, "1 min 0 s"],
      [242_400, "4 min 2 s"],
    ];
    expect(cases.map(([milliseconds]) => duration(milliseconds))).to.deep.equal(
      cases.map(([, text]) => text),
    );
  });

  it("uses colour only on a terminal, and never with NO_COLOR", async () => {
    const { isColourful } = await load("terminal");
    expect(isColourful({ isTTY: true }, {})).to.equal(true);
    expect(isColourful({}, {})).to.equal(false);
    expect(isColourful({ isTTY: true }, { NO_COLOR: "1" })).to.equal(false);
  });

  it("prints the problem, the reason and the fix", async () => {
    const { Problem, problemText } = await load("problem");
    const problem = new Problem("No Go.", { details: "a\nb", why: "it builds", how: "install it\nor not" });
    expect(problemText(problem)).to.equal(
      "✗ No Go.\n    a\n    b\n  why: it builds\n  how: install it\n       or not",
    );
    expect(problemText(new Problem("No Go."))).to.equal("✗ No Go.");
  });

  it("keeps the end of a tool's output, and the beginning of npm's", async () => {
    const { head, tail } = await load("problem");
    expect(tail("a\nb\nc\n\n", 2)).to.equal("b\nc");
    expect(head("\na\nb\nc\n", 2)).to.equal("a\nb");
  });
});
