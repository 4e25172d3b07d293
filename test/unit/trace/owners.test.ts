import { expect } from "chai";
import { namespace } from "../../../provider/kinds/namespace";
import { sysctl } from "../../../provider/kinds/sysctl";
import { Owners } from "../../../provider/trace/owners";
import { markFor } from "../../support/args";
import { place } from "../../support/network";

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

  describe("is told of a parameter, by either of its names", () => {
    const key = "net.ipv4.ip_forward";
    const made = [
      { definition: namespace, args: { name: "r", sysctls: { [key]: "1" }, mark: markFor("Namespace") } },
      { definition: sysctl, args: { namespace: "r", key, value: "1", mark: markFor("Sysctl") } },
    ];
    for (const one of made) {
      it(`that a ${one.definition.kind} sets`, () => {
        const known = new Owners([one]);
        for (const path of ["net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding"]) {
          expect(known.ofSysctl(place("r", []), path)?.kind).to.equal(one.definition.kind);
          expect(known.sysctlValue(place("r", []), path)).to.equal("1");
          expect(known.ofSysctl(place("s", []), path)).to.equal(undefined);
        }
      });
    }
  });
});
