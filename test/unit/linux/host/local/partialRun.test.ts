import { expect } from "chai";
import { isPartialRun, limitsRun } from "../../../../../provider/linux/host/local/partialRun";

const limited = [
  "--target urn:x",
  "--target=urn:x",
  "-t urn:x",
  "-turn:x",
  "--exclude urn:x",
  "--target-replace urn:x",
];
const whole = ["--yes", "--stack test", "--exec-kind auto.inline", "--target-dependents", "--color never"];

describe("partial run", () => {
  for (const words of limited) {
    it(`is partial by ${words}`, () => {
      expect(limitsRun(["pulumi", "up", ...words.split(" ")])).to.equal(true);
    });
  }
  for (const words of whole) {
    it(`is complete by ${words}`, () => {
      expect(limitsRun(["pulumi", "up", ...words.split(" ")])).to.equal(false);
    });
  }

  it("is complete if no engine has started this process", () => {
    expect(isPartialRun()).to.equal(false);
  });
});
