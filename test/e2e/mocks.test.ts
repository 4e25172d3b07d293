import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { snapshot } from "../support/snapshot";
import { root } from "../support/stack";

/** A program's own unit test, run as its author would run it. */
describe("a program tested with mocks", () => {
  it("passes, and creates nothing", async () => {
    const clean = await snapshot();
    const { stdout } = await execa("npm", ["test"], { cwd: join(root, "examples", "gateway") });
    expect(stdout).to.match(/\b4 passing\b/);
    expect(await snapshot()).to.deep.equal(clean);
  });
});
