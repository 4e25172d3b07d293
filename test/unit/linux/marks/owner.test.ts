import { expect } from "chai";
import {
  byResource,
  describeOwner,
  hasMark,
  isOutsideStack,
  NOBODY,
  type Owner,
  ownerOf,
  storedOwner,
  textOf,
} from "../../../../provider/linux/marks/owner";

const mark = "pulumi-netns:Bridge:0123456789ab:lab/dev/br0";

describe("owner", () => {
  it("reads the text in the place of a mark", () => {
    expect([undefined, "", mark, "uplink"].map(ownerOf)).to.deep.equal([
      NOBODY,
      NOBODY,
      byResource(mark),
      { by: "foreign", texts: ["uplink"] },
    ]);
  });

  describe("in states and records", () => {
    const rows: readonly (readonly [owner: Owner, text: string])[] = [
      [NOBODY, ""],
      [byResource(mark), mark],
      [{ by: "foreign", texts: ["uplink"] }, "uplink"],
      [{ by: "foreign", texts: ["left", "right"] }, "left\nright"],
      [{ by: "foreign", texts: ["", "right"] }, "\nright"],
      [{ by: "program", protocol: 3 }, "proto 3"],
    ];
    for (const [owner, text] of rows) {
      it(`${JSON.stringify(owner)} is ${JSON.stringify(text)}`, () => {
        expect([textOf(owner), storedOwner(text)]).to.deep.equal([text, owner]);
      });
    }

    it("is nobody without a text", () => {
      expect(storedOwner(undefined)).to.deep.equal(NOBODY);
    });
  });

  it("carries a mark only as a resource", () => {
    const owners: readonly Owner[] = [byResource(mark), { by: "foreign", texts: [mark] }, NOBODY];
    expect(owners.map((owner) => hasMark(owner, mark))).to.deep.equal([true, false, false]);
  });

  it("is outside the stack unless it is a resource of it", () => {
    const inside = mark.replace("br0", "br1");
    const outside = mark.replace("lab/dev", "lab/prod");
    const owners = [byResource(inside), byResource(outside), ownerOf("uplink"), NOBODY];
    expect(owners.map((owner) => isOutsideStack(owner, mark))).to.deep.equal([false, true, true, true]);
  });

  it("is described in the words of the object", () => {
    const owners: readonly Owner[] = [
      byResource(mark),
      { by: "foreign", texts: ["", "right"] },
      { by: "foreign", texts: ["left", "right"] },
      { by: "program", protocol: 3 },
      { by: "kernel" },
      NOBODY,
    ];
    expect(owners.map(describeOwner)).to.deep.equal([
      'Bridge "br0" of the stack lab/dev',
      "right",
      "left and right",
      "proto 3",
      undefined,
      undefined,
    ]);
  });
});
