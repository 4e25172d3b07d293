import { expect } from "chai";
import { isInOrder, parseComment, printComment } from "../../../provider/filter/comment";
import { markOf } from "../../../provider/mark";

const mark = markOf("FilterRule", `urn:pulumi:stack::project::x::${"n".repeat(200)}`);

describe("comments of filter rules", () => {
  it("fit into what nftables keeps, and come back", () => {
    for (const priority of [0, 7, -9999, 9999]) {
      const text = printComment({ mark, priority });
      expect(text.length).to.be.at.most(127);
      expect(parseComment(text)).to.deep.equal({ mark, priority });
    }
  });

  it("are of nobody else's", () => {
    const others = [
      undefined,
      "",
      "theirs",
      "pulumi-netns:NatRule:0123456789ab:p/s/n",
      `${mark},`,
      `${mark},x`,
    ];
    expect(others.map(parseComment)).to.deep.equal(others.map(() => undefined));
  });

  it("tell the order", () => {
    const are = (...priorities: number[]) => priorities.map((_, at) => isInOrder(priorities, at));
    expect([are(), are(1, 1, 2), are(2, 1), are(1, 3, 2, 4), are(0, 0, 5, 0, 0)]).to.deep.equal([
      [],
      [true, true, true],
      [true, false],
      [true, true, false, true],
      [true, true, false, true, true],
    ]);
  });
});
