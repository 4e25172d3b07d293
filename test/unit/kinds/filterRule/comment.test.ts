import { expect } from "chai";
import { parseComment, printComment } from "../../../../provider/kinds/filterRule/comment";
import { markOf } from "../../../../provider/linux/marks/mark";

const mark = markOf("FilterRule", `urn:pulumi:stack::project::x::${"n".repeat(200)}`);

describe("comments of filter rules", () => {
  it("fit into nftables' limit, and are read back", () => {
    for (const priority of [0, 7, -9999, 9999]) {
      const text = printComment({ mark, priority });
      expect(text.length).to.be.at.most(127);
      expect(parseComment(text)).to.deep.equal({ mark, priority });
    }
  });

  it("belong to nobody else", () => {
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
});
