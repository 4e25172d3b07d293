import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../support/stack";
import { load } from "./load";

const examples = ["seed", "star"];

describe("scripts: the words behind npm run quickstart", () => {
  const asked: readonly (readonly [words: string[], isDown: boolean, example: string])[] = [
    [[], false, "seed"],
    [["star"], false, "star"],
    [["down"], true, "seed"],
    [["down", "star"], true, "star"],
  ];
  for (const [words, isDown, example] of asked) {
    it(`"${words.join(" ")}" ${isDown ? "takes down" : "builds"} ${example}`, async () => {
      const { wordsOf } = await load("quickstart-words");
      expect(wordsOf(words, examples)).to.deep.equal({ isDown, example });
    });
  }

  it("are refused if they name no example, or too much", async () => {
    const { wordsOf } = await load("quickstart-words");
    expect(() => wordsOf(["ring"], examples)).to.throw("There is no example ring; there are seed, star.");
    expect(() => wordsOf(["up", "star"], examples)).to.throw("Too many arguments: up star");
  });

  it("match the project at the top", () => {
    const project = (...folder: string[]) => readFileSync(join(root, ...folder, "Pulumi.yaml"), "utf8");
    expect(project()).to.equal(`${project("examples", "seed")}main: examples/seed\n`);
  });

  it("give each example a sandbox of its own", async () => {
    const { stackOf } = await load("stack");
    expect(examples.map((example) => stackOf(example).sandbox)).to.deep.equal([
      "quickstart",
      "quickstart-star",
    ]);
  });
});
