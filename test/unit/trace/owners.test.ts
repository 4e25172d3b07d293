import { expect } from "chai";
import { Owners } from "../../../provider/trace/owners";
import { markFor } from "../../support/args";

describe("who made what", () => {
  const owners = new Owners([]);
  const owner = { kind: "NatRule", name: "it", stack: "project/stack", urn: undefined };

  it("is told by a mark, whatever a rule says behind it", () => {
    for (const more of ["", ",priority=-5"])
      expect(owners.ofMark(markFor("NatRule") + more)).to.deep.equal(owner);
  });

  it("is nobody for anything else", () => {
    for (const text of [undefined, "", "theirs", ",priority=5"])
      expect(owners.ofMark(text)).to.equal(undefined);
  });
});
