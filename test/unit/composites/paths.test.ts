import { expect } from "chai";
import { compact, printPath, valueAtPath, withValueAt } from "../../../provider/composites/paths";

const tree = { name: "a", links: { eth0: { mtu: 1500, addresses: ["x", "y"] } } };

describe("composites: paths", () => {
  it("lead through objects and lists, and nowhere if there is nothing", () => {
    expect([
      valueAtPath(tree, []),
      valueAtPath(tree, ["links", "eth0", "addresses", 1]),
      valueAtPath(tree, ["links", "eth1", "mtu"]),
      valueAtPath(tree, ["links", "constructor"]),
      valueAtPath(tree, ["name", "length"]),
    ]).to.deep.equal([tree, "y", undefined, undefined, undefined]);
  });

  const rows = [
    [
      "a value in an object",
      ["links", "eth0", "mtu"],
      1400,
      { name: "a", links: { eth0: { mtu: 1400, addresses: ["x", "y"] } } },
    ],
    [
      "a value in a list",
      ["links", "eth0", "addresses", 0],
      "z",
      { name: "a", links: { eth0: { mtu: 1500, addresses: ["z", "y"] } } },
    ],
    [
      "one more in a list",
      ["links", "eth0", "addresses", 2],
      "z",
      { name: "a", links: { eth0: { mtu: 1500, addresses: ["x", "y", "z"] } } },
    ],
    [
      "a value in an empty place, and the objects on the way",
      ["peers", "b", "up"],
      true,
      { ...tree, peers: { b: { up: true } } },
    ],
    [
      "the first value in a list that was not there",
      ["links", "eth0", "names", 0],
      "z",
      { name: "a", links: { eth0: { mtu: 1500, addresses: ["x", "y"], names: ["z"] } } },
    ],
    ["an entry out", ["links", "eth0"], undefined, { name: "a", links: {} }],
    ["out a missing value: nothing on the way", ["links", "eth1", "mtu"], undefined, tree],
    ["out a missing element of a list", ["links", "eth0", "addresses", 5], undefined, tree],
    ["out the whole: that cannot be", [], undefined, tree],
  ] as const;
  for (const [title, path, value, expected] of rows) {
    it(`puts ${title}`, () => {
      const before = structuredClone(tree);
      expect(withValueAt(tree, path, value)).to.deep.equal(expected);
      expect(tree).to.deep.equal(before);
    });
  }

  it("keep the places of a list until it is compacted", () => {
    const one = withValueAt(tree, ["links", "eth0", "addresses", 0], undefined);
    const both = withValueAt(one, ["links", "eth0", "addresses", 1], "z");
    expect(compact(both)).to.deep.equal({ name: "a", links: { eth0: { mtu: 1500, addresses: ["z"] } } });
  });

  it("are printed as a person writes them", () => {
    expect([printPath(["links", "eth0", "addresses", 0]), printPath([])]).to.deep.equal([
      "links.eth0.addresses[0]",
      "",
    ]);
  });
});
