import { expect } from "chai";
import { commentsOf } from "../../../../provider/kinds/packetRule/comment";
import { markFor } from "../../../support/args";

const mark = markFor("NatRule");

describe("comments of rules", () => {
  for (const label of ["", "priority="]) {
    const { printComment, parseComment } = commentsOf("NatRule", label);

    it(`have a number other than 0 after ${JSON.stringify(label)}`, () => {
      const texts = [0, -5, 99].map((priority) => printComment({ mark, priority }));
      expect(texts).to.deep.equal([mark, `${mark},${label}-5`, `${mark},${label}99`]);
      expect(texts.map((text) => parseComment(text)?.priority)).to.deep.equal([0, -5, 99]);
    });

    it(`with ${JSON.stringify(label)} belong to no other kind, and to nobody else`, () => {
      const others = [undefined, "", "theirs", `${mark},`, `${mark},x=1`, markFor("FilterRule")];
      expect(others.map(parseComment)).to.deep.equal(others.map(() => undefined));
    });
  }
});
