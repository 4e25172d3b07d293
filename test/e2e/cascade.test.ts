import { config, expect } from "chai";
import { differences } from "../support/picture";
import { ProgramStack } from "../support/programStack";
import { snapshot } from "../support/snapshot";
import { cells, each, within } from "./cascade/cells";
import { byHand, type Story, tell } from "./cascade/story";

// A failure shows all differences.
config.truncateThreshold = 0;

/** The preview shows a replacement or deletion with all its dependents, and the result equals that of a single run. */
describe("cascades", function () {
  this.timeout(400_000);
  let clean: object;
  let stack: ProgramStack;
  let fresh: ProgramStack;
  let run: Story["run"];
  let kernel: Story["kernel"];

  before(async () => {
    clean = await snapshot();
    stack = await ProgramStack.of("cascade");
    fresh = await ProgramStack.of("cascade");
    ({ run, kernel } = await tell(stack, fresh));
  });
  after(async () => {
    await stack.remove();
    await fresh.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  for (const cell of cells) {
    const { title, style, owner, hanging, updated = [], unsure = [] } = cell;
    const all = [owner, ...hanging];

    describe(`${title}, by ${style}`, () => {
      it("the preview shows all dependents, and the run replaces them", () => {
        const expected = { ...each(all, "replace"), ...each(updated, "update") };
        expect(within(cell, run.preview)).to.deep.equal(expected);
        expect(within(cell, run.up)).to.deep.equal(expected);
      });

      it("the same holds for a replacement under the same name", () => {
        const expected = each(all, "replace");
        const shown = style === "reference" ? each(unsure, "update") : {};
        expect(within(cell, run.forcedPreview)).to.deep.equal({ ...expected, ...shown });
        expect(within(cell, run.forced)).to.deep.equal(expected);
      });

      it("the preview shows everything deleted with it, and the run deletes it", () => {
        expect(within(cell, run.deletionPreview)).to.deep.equal(each(all, "delete"));
        expect(within(cell, run.deletion)).to.deep.equal(each(all, "delete"));
      });
    });
  }

  for (const { cell, what, gone } of byHand) {
    it(`${what} is deleted by hand, all by ${cell.style}: a refresh finds it, and up recreates it with its dependents`, () => {
      expect(within(cell, run.found)).to.deep.equal(each(gone, "delete"));
      expect(within(cell, run.restored)).to.deep.equal(each(gone, "create"));
    });
  }

  it("after the edits there is nothing to do, and nothing to refresh", () => {
    expect(run.again.operations).to.deep.equal({});
    expect(run.refresh.operations).to.deep.equal({});
  });

  for (const look of ["edited", "forced", "restored"] as const) {
    it(`the kernel equals the result of a single run: ${look}`, () => {
      expect(differences(kernel.fresh, kernel[look])).to.deep.equal({ missing: [], extra: [] });
    });
  }

  it("nothing is left of the removed resources", () => {
    expect(differences(kernel.freshWithout, kernel.deleted)).to.deep.equal({ missing: [], extra: [] });
  });
});
