import { expect } from "chai";
import { claim } from "../../../provider/engine/claims";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { address } from "../../../provider/kinds/address";
import { route } from "../../../provider/kinds/route";
import { markFor } from "../../support/args";
import { HERE } from "../../support/fakeHost";

const place = { namespace: "broadcasts", interface: "eth0" };

/** The problems that the check of a resource of this program finds. */
function problemsOf(definition: Definition, args: Args): readonly string[] {
  const mark = markFor(definition.kind, JSON.stringify(args));
  return engine
    .check(definition, HERE, { ...args, mark })
    .problems.map(({ property, reason }) => `${property} ${reason}`);
}

const gateway = (args: Args) => problemsOf(route as Definition, { namespace: place.namespace, ...args });

describe("a gateway that is a broadcast address", () => {
  before(() => {
    for (const own of ["10.61.0.1/24", "10.62.0.0/31", "10.63.0.255/32", "fd61::1/64"])
      expect(problemsOf(address as Definition, { ...place, address: own })).to.deep.equal([]);
  });

  const reason =
    "is 10.61.0.255, which is the broadcast address of the network of 10.61.0.1/24: name the gateway's own address";

  it("is refused after an address declared before it, for each way", () => {
    expect(gateway({ destination: "10.71.0.0/16", via: "10.61.0.255" })).to.deep.equal([`via ${reason}`]);
    const nexthops = [{ via: "10.61.0.2" }, { via: "10.61.0.255" }];
    expect(gateway({ destination: "10.72.0.0/16", nexthops })).to.deep.equal([`nexthops[1].via ${reason}`]);
  });

  it("is accepted elsewhere, or if the kernel has no such address", () => {
    const onlink = { interface: "eth0", onlink: true };
    for (const args of [
      { destination: "10.73.0.0/16", via: "10.61.0.254" },
      { destination: "10.74.0.0/16", via: "10.61.0.255", namespace: "elsewhere" },
      { destination: "10.75.0.0/16", via: "10.61.0.255", ...onlink },
      { destination: "10.76.0.0/16", via: "10.62.0.1" },
      { destination: "10.77.0.0/16", via: "10.63.0.255" },
      { destination: "fd71::/64", via: "fd61::ffff:ffff:ffff:ffff" },
    ])
      expect(gateway(args), JSON.stringify(args)).to.deep.equal([]);
  });

  it("is found by the claim of each part of a composite as well", () => {
    const mark = markFor("Route", "part");
    const args = { ...place, destination: "10.78.0.0/16", via: "10.61.0.255", table: "main", mark };
    expect(claim(route as Definition, HERE, args)).to.deep.equal([{ property: "via", reason }]);
  });
});
