import { expect } from "chai";
import { differences } from "../../support/snapshot";

describe("faults: differences between two pictures", () => {
  it("are none where both are the same", () => {
    expect(differences({ a: "1\n2" }, { a: "2\n1" })).to.deep.equal({ missing: [], extra: [] });
  });

  it("are what is missing and what is there once too often", () => {
    expect(differences({ rules: "x\ny" }, { rules: "x\nx" })).to.deep.equal({
      missing: ["rules: y"],
      extra: ["rules: x"],
    });
  });

  it("are also whole namespaces", () => {
    expect(differences({ links: "lo" }, { links: "lo", "links in red": "lo" })).to.deep.equal({
      missing: [],
      extra: ["links in red: lo"],
    });
  });
});
