import { expect } from "chai";
import { z } from "zod";
import { parseJson } from "../../../provider/linux/json";

const Names = z.array(z.object({ name: z.string() }));

describe("parseJson", () => {
  it("reads the output of a tool, without unknown fields", () => {
    expect(parseJson(Names, '[{"name":"a","size":1}]')).to.deep.equal([{ name: "a" }]);
  });

  for (const nothing of ["", "\n", "[]"]) {
    it(`takes ${JSON.stringify(nothing)} for an empty list`, () => {
      expect(parseJson(Names, nothing)).to.deep.equal([]);
    });
  }

  it("shows what it cannot read", () => {
    expect(() => parseJson(Names, '[{"name":1}]')).to.throw(
      "cannot read a tool's answer: ✖ Invalid input: expected string, received number\n  → at [0].name\n" +
        '[{"name":1}]',
    );
    expect(() => parseJson(Names, "Dump terminated")).to.throw(SyntaxError);
  });
});
