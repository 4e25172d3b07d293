import { expect } from "chai";
import { parseComment, printComment } from "../../../../provider/kinds/natRule/comment";
import { markFor } from "../../../support/args";

const mark = markFor("NatRule");

describe("comment of a NAT rule", () => {
  for (const [priority, text] of [
    [0, mark],
    [-5, `${mark},priority=-5`],
    [99, `${mark},priority=99`],
  ] as const) {
    it(text.replace(mark, "MARK"), () => {
      expect(printComment({ mark, priority })).to.equal(text);
      expect(parseComment(text)).to.deep.equal({ mark, priority });
    });
  }

  for (const text of [undefined, "", "theirs", `${mark},`, `${mark},priority=x`, markFor("Route")]) {
    it(`is not ${JSON.stringify(text)?.replace(mark, "MARK")}`, () =>
      expect(parseComment(text)).to.equal(undefined));
  }
});
