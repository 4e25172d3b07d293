import { expect } from "chai";
import fc from "fast-check";
import { macAddress } from "../../../../provider/fields/common";
import { linkId, macOf } from "../../../../provider/kinds/links/identity";
import { markFor } from "../../../support/args";

describe("links", () => {
  it("macOf returns a valid address, the same for the same mark and salt", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (mark, salt) => {
        const mac = macOf(mark, salt);
        expect(mac).to.match(/^02(:[0-9a-f]{2}){5}$/);
        expect(macAddress.parse(mac)).to.equal(mac);
        expect(macOf(mark, salt)).to.equal(mac);
      }),
    );
  });

  it("macOf differs by mark and by salt", () => {
    const macs = ["a", "b"].flatMap((name) =>
      ["", "end", "peer"].map((salt) => macOf(markFor("VethPair", name), salt)),
    );
    expect(new Set(macs).size).to.equal(6);
  });

  it("macOf never changes, or every rebuilt link would get another address", () => {
    expect(macOf("pulumi-netns:Bridge:0123456789ab:project/stack/br0")).to.equal("02:98:4a:cc:5c:11");
  });

  it("names links for people", () => {
    expect([linkId(undefined, "br0"), linkId("red", "br0")]).to.deep.equal(["br0", "red/br0"]);
  });
});
