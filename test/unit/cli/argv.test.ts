import { expect } from "chai";
import fc from "fast-check";
import { commandOf, splitAtDashes } from "../../../cli/argv";

describe("command line", () => {
  it("is cut at the first -- only", () => {
    expect(splitAtDashes(["sandbox", "--name", "x", "--", "grep", "--", "-h"])).to.deep.equal({
      own: ["sandbox", "--name", "x"],
      afterDashes: ["grep", "--", "-h"],
    });
    expect(splitAtDashes(["sandbox", "list"])).to.deep.equal({
      own: ["sandbox", "list"],
      afterDashes: undefined,
    });
  });

  it("loses no word of a command after --", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (command) => {
        const { own, afterDashes } = splitAtDashes(["sandbox", "--", ...command]);
        expect(own).to.deep.equal(["sandbox"]);
        expect(commandOf([], afterDashes)).to.deep.equal(command);
      }),
    );
  });

  it("gives a command without leading -- its own -- back", () => {
    expect(commandOf(["grep"], ["-h"])).to.deep.equal(["grep", "--", "-h"]);
    expect(commandOf(["ls"], undefined)).to.deep.equal(["ls"]);
    expect(commandOf([], undefined)).to.deep.equal([]);
  });
});
