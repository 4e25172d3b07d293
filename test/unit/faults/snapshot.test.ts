import { expect } from "chai";
import { differences } from "../../support/snapshot";

describe("faults: differences between two pictures", () => {
  it("are empty for equal pictures", () => {
    expect(differences({ a: "1\n2" }, { a: "2\n1" })).to.deep.equal({ missing: [], extra: [] });
  });

  it("are missing and surplus lines", () => {
    expect(differences({ rules: "x\ny" }, { rules: "x\nx" })).to.deep.equal({
      missing: ["rules: y"],
      extra: ["rules: x"],
    });
  });

  it("may be whole namespaces", () => {
    expect(differences({ links: "lo" }, { links: "lo", "links in red": "lo" })).to.deep.equal({
      missing: [],
      extra: ["links in red: lo"],
    });
  });
});
