import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";
import { load } from "./load";

const root = resolve(__dirname, "..", "..", "..");
const read = (...path: string[]) => readFileSync(resolve(root, ...path), "utf8");

describe("scripts: versions", () => {
  const cases: [have: string, want: string, enough: boolean][] = [
    ["20.19.0", "20.19.0", true],
    ["20.20.0", "20.19.0", true],
    ["22.0.0", "20.19.0", true],
    ["20.9.0", "20.19.0", false],
    ["18.99.99", "20.19.0", false],
    ["1.26", "1.25.11", true],
    ["1.25", "1.25.11", false],
    ["1.25.11", "1.25", true],
    ["3.99.0", "3.220.0", false],
  ];
  for (const [have, want, enough] of cases) {
    it(`${have} is ${enough ? "" : "not "}at least ${want}`, async () => {
      const { isAtLeast } = await load("versions");
      expect(isAtLeast(have, want)).to.equal(enough);
    });
  }

  it("finds a version in the output of tools", async () => {
    const { versionIn } = await load("versions");
    expect(versionIn("v3.259.0-dev.1")).to.equal("3.259.0");
    expect(versionIn("go version go1.26.8 linux/amd64")).to.equal("1.26.8");
    expect(versionIn("1.27rc1")).to.equal("1.27");
    expect(versionIn("devel")).to.equal(undefined);
  });

  it("refuses a Node.js older than package.json requires, and a foreign system, with the fix", async () => {
    const { checkRequirements } = await load("requirements");
    const check = (platform: string, nodeVersion: string) => () =>
      checkRequirements({ platform, nodeVersion });
    const oldest = JSON.parse(read("package.json")).engines.node.slice(">=".length);
    expect(check("linux", oldest)).not.to.throw();
    expect(check("linux", "20.18.3")).to.throw("Node.js 20.18.3 is too old.").with.property("how");
    expect(check("darwin", oldest)).to.throw("This is darwin, not Linux.").with.property("how");
  });

  it("builds with Go the CLI that npm would download", () => {
    const pinned = JSON.parse(read("package.json")).devDependencies.pulumi;
    const goMod = read("scripts", "pulumi-cli", "go.mod");
    expect(goMod).to.include(`github.com/pulumi/pulumi/pkg/v3 v${pinned}`);
  });
});
