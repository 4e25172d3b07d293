import { expect } from "chai";
import { ruleId, turnOf } from "../../../../provider/kinds/packetRule/identity";
import { markFor } from "../../../support/args";

describe("a rule that is identified by its mark", () => {
  it("is named by its effect, its resource and the hash of its mark", () => {
    const mark = markFor("NatRule", "web");
    const hash = mark.split(":")[2];
    expect(ruleId("dnat", { mark })).to.equal(`dnat project/stack/web ${hash}`);
    expect(ruleId("dnat", { namespace: "red", mark })).to.equal(`red/dnat project/stack/web ${hash}`);
    expect(ruleId("dnat", { mark: "theirs" })).to.equal("dnat theirs ");
  });

  it("waits for those in the same place", () => {
    expect(turnOf({ backend: "nftables", family: "ipv4" })).to.equal("nat /nftables ipv4");
    expect(turnOf({ namespace: "red", backend: "iptables", family: "ipv6" })).to.equal(
      "nat red/iptables ipv6",
    );
  });
});
