import { expect } from "chai";
import { timeoutOf } from "../../../../../provider/linux/host/local/timeout";

describe("host/timeout", () => {
  for (const [setting, milliseconds] of [
    [undefined, 30_000],
    ["", 30_000],
    ["5", 5000],
    ["0.5", 500],
    ["86400", 86_400_000],
  ] as const) {
    it(`is ${milliseconds} ms for ${JSON.stringify(setting)}`, () => {
      expect(timeoutOf(setting)).to.equal(milliseconds);
    });
  }

  for (const setting of ["0", "-1", "86401", "Infinity", "soon", "5s", "NaN", " "]) {
    it(`refuses ${JSON.stringify(setting)}`, () => {
      expect(() => timeoutOf(setting)).to.throw(
        `PULUMI_NETNS_TIMEOUT is ${JSON.stringify(setting)}, not a number of seconds above 0, such as 30: set it otherwise or leave it out`,
      );
    });
  }
});
