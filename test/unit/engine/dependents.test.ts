import { expect } from "chai";
import { claim } from "../../../provider/engine/claims";
import type { Args, Definition } from "../../../provider/engine/definition";
import {
  disruptedNeeds,
  isRemade,
  noteDisruption,
  withoutRemade,
  withRemade,
} from "../../../provider/engine/dependents";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { route } from "../../../provider/kinds/route";
import { markOf } from "../../../provider/linux/marks/mark";
import { addressesIn } from "../../../provider/linux/marks/objectName";
import { urnOf } from "../../support/args";
import { HERE } from "../../support/fakeHost";

describe("dependents", () => {
  const whole = markOf("Topology", urnOf("Topology", "t"));
  const marked = (definition: Definition, args: Args) => ({
    ...args,
    mark: markOf(definition.kind, urnOf(definition.kind, "it")),
  });
  const onLost = { interface: "lost-1", namespace: "losses", address: "10.0.0.1/24" };
  afterEach(() => noteDisruption(HERE, whole, { deleted: [], recreated: [] }));

  it("report what is recreated", () => {
    noteDisruption(HERE, whole, { deleted: [], recreated: ["link lost-1 in losses", addressesIn("losses")] });
    expect(disruptedNeeds(address, HERE, marked(address, onLost))).to.deep.equal({
      remade: ["link lost-1 in losses"],
      problems: [],
    });
    const way = { namespace: "losses", destination: "10.5.0.0/16", via: "10.0.0.7", type: "unicast" };
    expect(disruptedNeeds(route, HERE, marked(route, way)).remade).to.deep.equal(["addresses in losses"]);
    expect(
      disruptedNeeds(route, HERE, marked(route, { ...way, namespace: "elsewhere" })).remade,
    ).to.deep.equal([]);
  });

  it("refuse a removal that they need, unless somebody else creates the object", () => {
    noteDisruption(HERE, whole, { deleted: ["link lost-1 in losses"], recreated: [] });
    expect(disruptedNeeds(address, HERE, marked(address, onLost)).problems).to.deep.equal([
      {
        property: "address",
        reason:
          'needs link lost-1 in losses, which Topology "t" deletes. Remove this from the program too, or restore that',
      },
    ]);
    claim(bridge, HERE, marked(bridge, { name: "lost-1", namespace: "losses" }));
    expect(disruptedNeeds(address, HERE, marked(address, onLost))).to.deep.equal({
      remade: ["link lost-1 in losses"],
      problems: [],
    });
  });

  it("ignore its own parts, and unknown values", () => {
    noteDisruption(HERE, whole, { deleted: ["link lost-2 in losses"], recreated: [] });
    const args = { ...onLost, interface: "lost-2" };
    const nothing = { remade: [], problems: [] };
    expect(disruptedNeeds(address, HERE, marked(address, args), whole)).to.deep.equal(nothing);
    expect(disruptedNeeds(address, HERE, marked(address, { ...args, address: UNKNOWN }))).to.deep.equal(
      nothing,
    );
  });

  it("are listed among the arguments of this run, each once", () => {
    const args = { name: "it" };
    expect(withRemade(args, [])).to.equal(args);
    const said = withRemade(args, ["link a", "link b", "link a"]);
    expect(said).to.deep.equal({ name: "it", remade: "link a, link b" });
    expect([isRemade(args), isRemade(said), withoutRemade(said)]).to.deep.equal([false, true, args]);
  });
});
