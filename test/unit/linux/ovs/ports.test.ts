import { expect } from "chai";
import { parsePorts } from "../../../../provider/linux/ovs/ports";

const table = (headings: readonly string[], ...data: readonly unknown[][]): string =>
  JSON.stringify({ headings, data });
const uuid = (text: string) => ["uuid", text];
const set = (...values: unknown[]) => ["set", values];

describe("ports of Open vSwitch", () => {
  it("are the links by their bridge: that of the bridge itself, and both of a bond", () => {
    const text = [
      table(["name", "ports"], ["br0", set(uuid("p0"), uuid("p1"))], ["br1", uuid("p2")]),
      table(
        ["_uuid", "interfaces"],
        [uuid("p0"), uuid("i0")],
        [uuid("p1"), set(uuid("i1"), uuid("i2"))],
        [uuid("p2"), uuid("i3")],
      ),
      table(
        ["_uuid", "name"],
        [uuid("i0"), "br0"],
        [uuid("i1"), "eth1"],
        [uuid("i2"), "eth2"],
        [uuid("i3"), "br1"],
      ),
    ].join("\n");
    expect(Object.fromEntries(parsePorts(text))).to.deep.equal({
      br0: { bridge: "br0", enters: 0, leaves: 0 },
      eth1: { bridge: "br0", enters: 0, leaves: 0 },
      eth2: { bridge: "br0", enters: 0, leaves: 0 },
      br1: { bridge: "br1", enters: 0, leaves: 0 },
    });
  });

  it("are missing without Open vSwitch", () => {
    expect([...parsePorts(undefined), ...parsePorts("")]).to.deep.equal([]);
  });
});
