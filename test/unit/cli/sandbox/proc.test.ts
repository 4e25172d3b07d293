import { expect } from "chai";
import fc from "fast-check";
import { parseStat } from "../../../../cli/sandbox/proc";

const after = "S 1 77 77 34816 99 4194560 132 0 0 0 1 2 0 0 20 0 1 0 123456 5677056 225";

describe("/proc/PID/stat", () => {
  it("is read whatever the command is called", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15 }), (command) => {
        expect(parseStat(`42 (${command}) ${after}\n`)).to.deep.equal({
          state: "S",
          processGroup: 77,
          foregroundGroup: 99,
          startTime: "123456",
        });
      }),
    );
    expect(parseStat(`42 (a) R 1 (b)) ${after}`)?.startTime).to.equal("123456");
  });

  it("gives nothing where it is cut short", () => {
    expect(parseStat("")).to.equal(undefined);
    expect(parseStat("42 (sh) S 1 77")).to.equal(undefined);
  });
});
