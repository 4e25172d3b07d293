import { expect } from "chai";
import { type NeighborInfo, parseNeighbors } from "../../../../provider/linux/read/neighbor";

const lladdr = "02:00:00:00:00:09";

describe("parseNeighbors", () => {
  const plain = {
    dst: "10.0.0.9",
    interface: undefined,
    lladdr,
    state: "permanent",
    router: false,
    protocol: 0,
    more: [],
  };
  // Printed by `ip -N -j -d neigh show`.
  const rows: readonly (readonly [title: string, text: string | undefined, ...NeighborInfo[]])[] = [
    [
      "one of ours",
      `[{"dst":"10.0.0.9","lladdr":"${lladdr}","state":["PERMANENT"],"protocol":"110"}]`,
      { ...plain, protocol: 110 },
    ],
    [
      "one without a protocol",
      `[{"dst":"10.0.0.9","lladdr":"${lladdr}","state":["NOARP"]}]`,
      { ...plain, state: "noarp" },
    ],
    [
      "a router",
      `[{"dst":"fd00::9","lladdr":"${lladdr}","router":null,"state":["PERMANENT"],"protocol":"110"}]`,
      { ...plain, dst: "fd00::9", router: true, protocol: 110 },
    ],
    [
      "an unresolved one",
      '[{"dst":"fd00::9","state":["INCOMPLETE"]}]',
      { ...plain, dst: "fd00::9", lladdr: undefined, state: "incomplete" },
    ],
    [
      "one without any data",
      '[{"dst":"10.0.0.9","protocol":"110"}]',
      { ...plain, lladdr: undefined, state: "none", protocol: 110 },
    ],
    [
      "one of a routing daemon",
      `[{"dst":"fd00::9","lladdr":"${lladdr}","extern_learn":null,"state":["PERMANENT"],"protocol":"5"}]`,
      { ...plain, dst: "fd00::9", protocol: 5, more: ["extern_learn"] },
    ],
    [
      "a proxy entry",
      '[{"dst":"fd00::9","router":null,"proxy":null,"protocol":"110"}]',
      { ...plain, dst: "fd00::9", lladdr: undefined, state: "none", router: true, protocol: 110 },
    ],
    [
      "one of a list of all links",
      `[{"dst":"10.0.0.9","dev":"eth0","lladdr":"${lladdr}","state":["PERMANENT"]}]`,
      { ...plain, interface: "eth0" },
    ],
    ["none", "[]"],
    ["no answer", undefined],
  ];
  for (const [title, text, ...infos] of rows) {
    it(title, () => expect(parseNeighbors(text)).to.deep.equal(infos));
  }

  it("refuses everything else", () => {
    expect(() => parseNeighbors('[{"lladdr":"02:00:00:00:00:09"}]')).to.throw("cannot read a tool's answer");
  });
});
