import { expect } from "chai";
import { UNKNOWN } from "../../../../provider/engine/unknown";
import { familyAmong, familyProblem, onFamilyChange } from "../../../../provider/kinds/packetRule/family";

describe("family of a rule", () => {
  const rows: readonly (readonly [family: string, ...fields: unknown[]])[] = [
    ["ipv4"],
    ["ipv4", undefined, "8080"],
    ["ipv6", undefined, "!fd00::/64"],
    ["ipv6", "[fd00::2]:80"],
    ["ipv4", "10.0.0.1-10.0.0.9", "fd00::1"],
    ["ipv4", "10.0.0.0/8", UNKNOWN],
    ["ipv6", UNKNOWN, "fd00::1"],
    [UNKNOWN, UNKNOWN, undefined],
  ];
  for (const [family, ...fields] of rows) {
    it(`of ${JSON.stringify(fields)} is ${family}`, () => expect(familyAmong(fields)).to.equal(family));
  }

  it("recreates the rule if it changes", () => {
    expect(onFamilyChange("ipv4", UNKNOWN)).to.equal("update");
    expect(onFamilyChange("ipv4", "ipv6")).to.equal("replace");
  });

  it("is that of all its addresses", () => {
    for (const given of [undefined, "8080", "10.0.0.0/8", "!10.0.0.0/8", ["10.0.0.0/8"], []]) {
      expect(familyProblem("to", given, "ipv4")).to.deep.equal([]);
    }
    const reason = "is fd00::/64, but the rule is of ipv4: a rule is of one family, so make one for each";
    for (const given of ["fd00::/64", ["10.0.0.0/8", "fd00::/64", "fd01::/64"]]) {
      expect(familyProblem("to", given, "ipv4")).to.deep.equal([{ property: "to", reason }]);
    }
  });
});
