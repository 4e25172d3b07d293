import { expect } from "chai";
import { fixtures, PROJECT, programOf, STACK, writeRecords } from "../states/fixtures";
import { differences, picture } from "../support/picture";
import { ProgramStack, type Run } from "../support/programStack";
import { snapshot } from "../support/snapshot";
import { type } from "./drift/row";

/**
 * The states of each version under this one. A mark is a function of the URN, so the network that this version creates is the one that
 * the old state and records describe.
 */
for (const fixture of fixtures()) {
  describe(`a stack of version ${fixture.version}`, function () {
    this.timeout(600_000);
    let clean: object;
    let stack: ProgramStack;
    let [preview, refresh, same, changed]: Run[] = [];
    let [made, unchanged]: (readonly string[])[] = [];

    /** Creates the network and gives it the state and the records of the version. */
    async function build(): Promise<void> {
      await stack.up(programOf(fixture));
      await stack.imported(fixture.state);
      writeRecords(fixture.records);
    }

    before(async () => {
      clean = await snapshot();
      await type(fixture.before.join(";"));
      stack = await ProgramStack.of(PROJECT, { stackName: STACK });
      await build();
      made = await picture();
      preview = await stack.preview(programOf(fixture));
      refresh = await stack.refresh();
      same = await stack.up(programOf(fixture));
      unchanged = await picture();
      changed = await stack.up(programOf(fixture, true));
      await stack.destroy();
      await build();
      await stack.destroy();
    });
    after(async () => {
      await stack.remove();
      await type(fixture.after.join(";"));
      expect(await snapshot()).to.deep.equal(clean);
    });

    const operationsOf = ({ operations = {} }: Partial<Run> = {}): string[] => [
      ...new Set(Object.values(operations)),
    ];

    it("needs no change under the same program", () => {
      expect(preview?.operations).to.deep.equal({});
    });

    it("is complete after a refresh", () => {
      expect(operationsOf(refresh).filter((operation) => operation !== "update")).to.deep.equal([]);
    });

    it("needs no change after that either, and the kernel has not changed", () => {
      expect(same?.operations).to.deep.equal({});
      expect(differences(made ?? [], unchanged ?? [])).to.deep.equal({ missing: [], extra: [] });
    });

    it("updates in place", () => {
      expect(operationsOf(changed)).to.deep.equal(["update"]);
    });

    it("is destroyed with and without a refresh, and leaves nothing behind", async () => {
      await type(fixture.after.join(";"));
      try {
        expect(await snapshot()).to.deep.equal(clean);
      } finally {
        await type(fixture.before.join(";"));
      }
    });
  });
}
