import { expect } from "chai";
import { exitCodeOf, reachesChildAnyway } from "../../../../cli/sandbox/child";

const at = (processGroup: number, foregroundGroup: number) => ({
  state: "S",
  processGroup,
  foregroundGroup,
  startTime: "1",
});

describe("a command in the place of this process", () => {
  it("is not sent again what the terminal sends to both", () => {
    expect(reachesChildAnyway("SIGINT", at(5, 5))).to.equal(true);
    expect(reachesChildAnyway("SIGQUIT", at(5, 5))).to.equal(true);
  });

  it("is sent everything else", () => {
    expect(reachesChildAnyway("SIGTERM", at(5, 5))).to.equal(false);
    expect(reachesChildAnyway("SIGINT", at(5, 6))).to.equal(false);
    expect(reachesChildAnyway("SIGINT", at(5, -1))).to.equal(false);
    expect(reachesChildAnyway("SIGINT", undefined)).to.equal(false);
  });

  it("lends its ending to the exit code", () => {
    expect(exitCodeOf(0, null)).to.equal(0);
    expect(exitCodeOf(7, null)).to.equal(7);
    expect(exitCodeOf(null, "SIGTERM")).to.equal(143);
    expect(exitCodeOf(null, "SIGPIPE")).to.equal(141);
  });
});
