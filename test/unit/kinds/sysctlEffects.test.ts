import { expect } from "chai";
import { type Claimed, sidesBefore } from "../../../provider/kinds/sysctlEffects";

const FORWARD = "net/ipv4/ip_forward";
const LO = "net/ipv4/conf/lo/forwarding";

describe("the values that change along with a parameter", () => {
  const change = { observed: { [FORWARD]: "0" }, asked: { [FORWARD]: "1" } };

  it("are remembered as they are before the change", () => {
    expect(sidesBefore({ ...change, sides: { [LO]: "1" } }, undefined, [])).to.deep.equal({ [LO]: "1" });
  });

  it("are those of another run's record, if that run has written between two reads of this one", () => {
    const theirs: Claimed = {
      path: "net/ipv4/conf/all/forwarding",
      value: "1",
      former: "0",
      sides: { [LO]: "0" },
    };
    expect(sidesBefore({ ...change, sides: { [LO]: "1" } }, undefined, [theirs])).to.deep.equal({
      [LO]: "0",
    });
  });
});
