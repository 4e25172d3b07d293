import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { birthGroup, macOf } from "../../../provider/kinds/links/identity";
import { vethPair } from "../../../provider/kinds/vethPair";
import {
  asObserved,
  type Change,
  checked,
  golden,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
  withValue,
} from "../../support/args";
import { FakeHost, HERE, inTurn } from "../../support/fakeHost";

const definition: Definition = vethPair;
const [macA, macB] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];

/** The golden cable: `veth-red` in red, `veth-blue` in blue. */
const state = checked(definition, {
  end: { name: "veth-red", namespace: "red", mac: macA },
  peer: { name: "veth-blue", namespace: "blue", mac: macB },
});
const goldenMark = "pulumi-netns:VethPair:0123456789ab:project/stack/cable";
const [red, blue] = [golden("link-veth-red"), golden("link-veth-blue")];
const seenRed = { name: "veth-red", bridge: undefined, mac: macA, mtu: 1500, up: true };
const seenBlue = { name: "veth-blue", bridge: undefined, mac: macB, mtu: 1500, up: true };
/** The output of `ip link` about both ends if the kernel has exactly these arguments. */
const asPair = (args: Args, mark = String(args["mark"])) => {
  const end = { ifalias: mark, group: "default" };
  return { ...asObserved(args), mark, end, peer: end };
};
const nothing = { name: undefined };

describe("VethPair", () => {
  describe("check", () => {
    it("fills in the kernel's defaults, and its own MAC addresses", () => {
      const mark = markFor("VethPair", "unit-veth");
      const given = { end: { name: "unit-veth-a" }, peer: { name: "unit-veth-b" } };
      expect(checked(definition, given, "unit-veth")).to.deep.equal({
        end: { name: "unit-veth-a", mac: macOf(mark, "end"), mtu: 1500, up: true },
        peer: { name: "unit-veth-b", mac: macOf(mark, "peer"), mtu: 1500, up: true },
        mark,
      });
    });

    const good = { end: { name: "bad-a" }, peer: { name: "bad-b" } };
    itRefuses(definition, good, [
      [{ end: undefined }, "end: is required"],
      [{ end: {} }, "end.name: is required"],
      [{ peer: { mtu: 1500 } }, "peer.name: is required"],
      [{ end: "bad-a" }, 'end: is "bad-a", not of type object'],
      [
        { end: { name: "warehouse-uplink" } },
        'end.name: is 16 bytes long, and the kernel takes 15: give a shorter name, as "warehouse-plink"',
      ],
      [{ end: { name: "a:b" } }, "end.name: may not hold `%` or `:`"],
      [
        { end: { name: "bad-a", bridge: "br 0" } },
        'end.bridge: is "br 0": white space, control characters, quotes, `/` and `\\` are not allowed',
      ],
      [{ peer: { name: "bad-b", namespace: "." } }, 'peer.namespace: may not be "."'],
      [
        { peer: { name: "bad-b", mac: "1:2:3:4:5:6" } },
        'peer.mac: is "1:2:3:4:5:6", not a MAC address such as 02:00:00:00:00:01',
      ],
      [
        { end: { name: "bad-a", mtu: 70000 } },
        "end.mtu: is 70000, not a whole number from 68 to 65535 bytes",
      ],
      [{ end: { name: "bad-a", up: "yes" } }, 'end.up: is "yes", not of type boolean'],
      [
        { end: { name: "bad-a", master: "br0" } },
        "end.master: is not a property; there are `name`, `namespace`, `bridge`, `mac`, `mtu`, `up`",
      ],
      [{ mtu: 1400 }, "mtu: is not a property; there are `end`, `peer`, `deleteForeign`, `adopt`"],
      [
        { peer: { name: "bad-a" } },
        "peer.name: is bad-a, as is the other end in the same namespace: name one of them otherwise",
      ],
      [
        { end: { name: "bad-a", namespace: "red" }, peer: { name: "bad-a", namespace: "red" } },
        "peer.name: is bad-a, as is the other end in the same namespace: name one of them otherwise",
      ],
      [
        { end: { name: "", mtu: 1 }, peer: { name: "default" } },
        "end.name: is empty",
        "end.mtu: is 1, not a whole number from 68 to 65535 bytes",
        'peer.name: may not be "default": the kernel keeps that name for the settings of all interfaces',
      ],
    ]);

    it("lets both ends have one name in different namespaces", () => {
      checked(definition, { end: { name: "unit-same" }, peer: { name: "unit-same", namespace: "red" } });
    });
  });

  describe("diff", () => {
    itDiffers(definition, state, [
      ...["end", "peer"].flatMap((side): Change[] => [
        [`${side}.name`, "other", "replace"],
        [`${side}.namespace`, "green", "replace"],
        [`${side}.namespace`, undefined, "replace"],
        [`${side}.bridge`, "br0", "update"],
        [`${side}.mac`, "02:00:00:00:00:03", "update"],
        [`${side}.mtu`, 1400, "update"],
        [`${side}.up`, false, "update"],
      ]),
      ["deleteForeign", true, "update"],
      ["adopt", true, "update"],
    ]);
  });

  it("is identified by both its ends", () => {
    const host = checked(definition, {
      end: { name: "unit-v1" },
      peer: { name: "unit-v2", namespace: "red" },
    });
    expect([definition.id(state), definition.id(host)]).to.deep.equal([
      "red/veth-red blue/veth-blue",
      "unit-v1 red/unit-v2",
    ]);
    expect([definition.objectNames(state), definition.objectNames(host)]).to.deep.equal([
      ["link veth-red in red", "link veth-blue in blue"],
      ["link unit-v1", "link unit-v2 in red"],
    ]);
  });

  describe("commands", () => {
    it("reads both ends", () => {
      expect(printed(definition.probe(state))).to.deep.equal([
        "ip -n red -N -j -d addr show dev veth-red",
        "ip -n blue -N -j -d addr show dev veth-blue",
      ]);
    });

    const [a, b] = [
      { name: "unit-a", mac: macA },
      { name: "unit-b", mac: macB },
    ];
    const [wordsA, wordsB] = [a, b].map(
      ({ name, mac }) => `name ${name} address ${mac} mtu 1500 group GROUP`,
    );
    itCreates(
      definition,
      [
        [
          { end: a, peer: b },
          `ip link add ${wordsA} type veth peer ${wordsB}`,
          "ip link set dev unit-a alias MARK group default up",
          "ip link set dev unit-b alias MARK group default up",
        ],
        [
          { end: a, peer: { ...b, namespace: "red" } },
          `ip link add ${wordsA} type veth peer ${wordsB} netns red`,
          "ip link set dev unit-a alias MARK group default up",
          "ip -n red link set dev unit-b alias MARK group default up",
        ],
        [
          { end: { ...a, namespace: "red" }, peer: b },
          `ip link add ${wordsB} type veth peer ${wordsA} netns red`,
          "ip -n red link set dev unit-a alias MARK group default up",
          "ip link set dev unit-b alias MARK group default up",
        ],
        [
          { end: { ...a, namespace: "red" }, peer: { ...b, namespace: "blue" } },
          `ip -n red link add ${wordsA} type veth peer ${wordsB} netns blue`,
          "ip -n red link set dev unit-a alias MARK group default up",
          "ip -n blue link set dev unit-b alias MARK group default up",
        ],
        [
          { end: { ...a, namespace: "red" }, peer: { ...b, namespace: "red" } },
          `ip -n red link add ${wordsA} type veth peer ${wordsB}`,
          "ip -n red link set dev unit-a alias MARK group default up",
          "ip -n red link set dev unit-b alias MARK group default up",
        ],
        [
          { end: { ...a, up: false, mtu: 9000 }, peer: { ...b, bridge: "br0" } },
          `ip link add name unit-a address ${macA} mtu 9000 group GROUP type veth peer ${wordsB}`,
          "ip link set dev unit-a alias MARK group default",
          "ip link set dev unit-b alias MARK group default master br0 up",
        ],
      ],
      asPair,
    );

    itUpdates(
      definition,
      state,
      [
        ["end.bridge", "br0", "ip -n red link set dev veth-red master br0"],
        ["end.mac", "02:00:00:00:00:03", "ip -n red link set dev veth-red address 02:00:00:00:00:03"],
        ["end.mtu", 1400, "ip -n red link set dev veth-red mtu 1400"],
        ["end.up", false, "ip -n red link set dev veth-red down"],
        ["peer.bridge", "br0", "ip -n blue link set dev veth-blue master br0"],
        ["peer.mac", "02:00:00:00:00:03", "ip -n blue link set dev veth-blue address 02:00:00:00:00:03"],
        ["peer.mtu", 1400, "ip -n blue link set dev veth-blue mtu 1400"],
        ["peer.up", false, "ip -n blue link set dev veth-blue down"],
        [
          "mark",
          "another",
          "ip -n red link set dev veth-red alias MARK",
          "ip -n blue link set dev veth-blue alias MARK",
        ],
        ["deleteForeign", true],
        ["adopt", true],
      ],
      asPair,
    );

    it("removes a port from its bridge", () => {
      const port = withValue(state, "peer.bridge", "br0");
      expect(printed(definition.update(asPair(port), state))).to.deep.equal([
        "ip -n blue link set dev veth-blue nomaster",
      ]);
    });

    for (const side of ["end", "peer"] as const) {
      it(`sets its ${side} up if it was down`, () => {
        const down = withValue(state, `${side}.up`, false);
        const [place, name] = side === "end" ? ["red", "veth-red"] : ["blue", "veth-blue"];
        expect(printed(definition.update(asPair(down), state))).to.deep.equal([
          `ip -n ${place} link set dev ${name} up`,
        ]);
      });
    }

    it("updates everything with one command per end", () => {
      const change = { bridge: "br0", mac: "02:00:00:00:00:03", mtu: 1400, up: false };
      const all = {
        end: { name: "veth-red", namespace: "red", ...change },
        peer: { name: "veth-blue", namespace: "blue", ...change },
        mark: "another",
      };
      const words = "alias another address 02:00:00:00:00:03 mtu 1400 master br0 down";
      expect(printed(definition.update(asPair(state), all))).to.deep.equal([
        `ip -n red link set dev veth-red ${words}`,
        `ip -n blue link set dev veth-blue ${words}`,
      ]);
    });

    for (const [lost, through] of [
      ["end", "ip -n blue link del dev veth-blue"],
      ["peer", "ip -n red link del dev veth-red"],
    ] as const) {
      it(`recreates the cable if its ${lost} was moved or renamed`, () => {
        const observed = asObserved({ ...state, [lost]: nothing });
        expect(printed(definition.update(observed, state))).to.deep.equal([
          through,
          ...printed(definition.create(state)),
        ]);
      });

      it(`removes the cable if its ${lost} was moved or renamed`, () => {
        const observed = asObserved({ ...state, [lost]: nothing });
        expect(printedRemoval(observed.args)).to.deep.equal([through]);
      });
    }

    it("removes one end, and the kernel the other", () => {
      expect(printedRemoval(state)).to.deep.equal(["ip -n red link del dev veth-red"]);
    });
  });

  describe("parse", () => {
    const marked = { ...state, mark: goldenMark };
    const outputs = { ifindex: 2, peerIfindex: 2 };

    const parsed = (...answers: readonly (string | undefined)[]) => {
      const { args, outputs, mark, incompatible } = definition.parse(answers, marked) ?? {};
      return { args, outputs, mark, incompatible };
    };

    it("reads both ends", () => {
      expect(parsed(red, blue)).to.deep.equal({
        args: { end: seenRed, peer: seenBlue },
        outputs,
        mark: goldenMark,
        incompatible: undefined,
      });
    });

    it("reads the bridge of a port", () => {
      expect(definition.parse([golden("link-port"), undefined], marked)?.args["end"]).to.deep.equal({
        name: "port",
        bridge: "br0",
        mac: "02:00:00:00:00:03",
        mtu: 1500,
        up: true,
      });
    });

    it("has nothing if both ends are missing", () => {
      expect(definition.parse([undefined, undefined], marked)).to.equal(undefined);
    });

    it("has no name for a missing end", () => {
      expect(parsed(undefined, blue)).to.deep.equal({
        args: { end: nothing, peer: seenBlue },
        outputs: { peerIfindex: 2 },
        mark: goldenMark,
        incompatible: undefined,
      });
      expect(parsed(red, undefined)).to.deep.equal({
        args: { end: seenRed, peer: nothing },
        outputs: { ifindex: 2 },
        mark: goldenMark,
        incompatible: undefined,
      });
    });

    it("recognizes the ends of a cable within a namespace by their names", () => {
      const [near, far] = [red, blue].map((text) => text.replace('"link_netnsid": 0,', ""));
      const left = near?.replace('"link_index": 2', '"link": "veth-blue"');
      const right = far?.replace('"link_index": 2', '"link": "veth-red"');
      const inRed = { ...state, peer: { ...Object(state["peer"]), namespace: "red" } };
      const incompatible = (other: string | undefined, args: Args) =>
        definition.parse([left, other], args)?.incompatible;
      const two = "is two cables: veth-red and veth-blue are not the ends of one";
      expect([
        incompatible(right, inRed),
        incompatible(right?.replace('"link": "veth-red"', '"link": "veth-green"'), inRed),
        // The peer of each is in its own namespace.
        incompatible(right, state),
      ]).to.deep.equal([undefined, two, two]);
    });

    it("checks the places of the ends before it adopts them, as two cables may have the same indexes", () => {
      const adopting = { ...state, adopt: true };
      expect(printed(definition.probe(adopting)).slice(2)).to.deep.equal([
        "ip -n red -N -j -d netns list-id",
        "ip -n blue -N -j -d netns list-id",
      ]);
      const incompatible = (redIds: string, blueIds: string) =>
        definition.parse([red, blue, redIds, blueIds], adopting)?.incompatible;
      const [toBlue, toRed, toGreen] = ["blue", "red", "green"].map((name) =>
        JSON.stringify([{ nsid: 0, name }]),
      );
      const two = "is two cables: veth-red and veth-blue are not the ends of one";
      expect([
        incompatible(toBlue ?? "", toRed ?? ""),
        incompatible(toGreen ?? "", toRed ?? ""),
        incompatible(toBlue ?? "", toGreen ?? ""),
        incompatible("[]", toRed ?? ""),
      ]).to.deep.equal([undefined, two, two, two]);
    });

    for (const [title, end, peer, incompatible] of [
      ["another kind of link", red, golden("link-bridge"), "has br0, which is a bridge link, not a veth"],
      ["hardware", golden("link-lo"), undefined, "has lo, which is a hardware link, not a veth"],
      [
        "an end of another cable",
        red,
        blue.replace('"link_index": 2', '"link_index": 3'),
        "is two cables: veth-red and veth-blue are not the ends of one",
      ],
      [
        "an end whose peer is in the same namespace",
        red,
        blue.replace('"link_netnsid": 0,', ""),
        "is two cables: veth-red and veth-blue are not the ends of one",
      ],
    ] as const) {
      it(`never takes ${title} for it`, () => {
        expect(parsed(end, peer).incompatible).to.equal(incompatible);
      });
    }

    it("reports the foreign mark if one end has another", () => {
      const foreign = blue.replace(goldenMark, "uplink");
      expect(definition.parse([red, foreign], marked)?.mark).to.equal("uplink");
      expect(definition.parse([red, blue], state)?.mark).to.equal(goldenMark);
    });

    it("reports one of ours before any other, and different reports of the ends on a line each", () => {
      const named = (alias: string) => blue.replace(goldenMark, alias);
      expect([
        definition.parse([red.replace(goldenMark, "uplink"), blue], state)?.mark,
        definition.parse([red.replace(goldenMark, "left"), named("right")], state)?.mark,
        definition.parse([red.replace(goldenMark, "uplink"), named("uplink")], state)?.mark,
        definition.parse([red.replace(goldenMark, ""), named("")], state)?.mark,
      ]).to.deep.equal([goldenMark, "left\nright", "uplink", undefined]);
    });

    it("restores the former alias of each end", () => {
      expect(printed(definition.update(asPair(state), { ...state, mark: "left\nright" }))).to.deep.equal([
        "ip -n red link set dev veth-red alias left",
        "ip -n blue link set dev veth-blue alias right",
      ]);
      expect(printed(definition.update(asPair(state), { ...state, mark: "" }))).to.deep.equal([
        'ip -n red link set dev veth-red alias ""',
        'ip -n blue link set dev veth-blue alias ""',
      ]);
    });
  });

  describe("ownership", () => {
    const own = String(state["mark"]);
    type End = object | undefined;
    const isOurs = (end: End, peer: End) => {
      const observed = { ...asObserved(state), end, peer };
      return definition.isOurs?.(observed, state);
    };
    const linkinfo = { info_kind: "veth" };
    const marked = { ifalias: own, group: "0", ifindex: 2, link_index: 3, link_netnsid: 0, linkinfo };
    const born = { group: birthGroup(own), linkinfo };
    /** In a program that writes aliases. */
    const renamed = { ...marked, ifalias: "Gi0/1", ifindex: 3, link_index: 2 };
    const [near, far] = ["end", "peer"].map((end) => ({
      ...renamed,
      link_index: 9,
      address: macOf(own, end),
    }));
    const theirs = { ifalias: markFor("VethPair", "theirs") };

    for (const [title, end, peer, expected] of [
      ["two marked ends", marked, marked, true],
      ["two new-born ends", born, born, true],
      ["one marked and one new-born end, as a crash leaves them", marked, born, true],
      ["one end alone", marked, undefined, true],
      ["one end alone, new-born", undefined, born, true],
      ["a foreign mark on one end", marked, { ifalias: "uplink", group: "default" }, false],
      ["a foreign alias on a new-born end", { ...born, ifalias: "uplink" }, born, true],
      ["foreign aliases on both ends with the MAC addresses derived from the mark", near, far, true],
      ["such an end alone", undefined, far, true],
      ["no alias on an end with such a MAC address", { ...near, ifalias: undefined }, marked, true],
      ["such MAC addresses the other way round", far, near, false],
      ["such a MAC address on a macvlan", { ...near, linkinfo: { info_kind: "macvlan" } }, marked, false],
      ["such a MAC address under another resource's mark", { ...near, ...theirs }, far, false],
      ["a foreign alias on the other end of a marked one", marked, renamed, true],
      ["another resource's mark on the other end of a marked one", marked, { ...renamed, ...theirs }, false],
      ["a foreign alias on the end of another cable", marked, { ...renamed, link_index: 7 }, false],
      ["an unmarked end", marked, { group: "default" }, false],
      [
        "two ends born of another mark",
        { group: birthGroup("another") },
        { group: birthGroup("another") },
        false,
      ],
    ] as const) {
      it(`${expected ? "takes" : "does not take"} for its own ${title}`, () => {
        expect(isOurs(end, peer)).to.equal(expected);
      });
    }

    it("marks the end that a crash left in its first group, and ends that", () => {
      const observed = { ...asObserved(state), mark: undefined, end: marked, peer: born };
      expect(printed(definition.update(observed, state))).to.deep.equal([
        `ip -n blue link set dev veth-blue alias ${own} group default`,
      ]);
    });
  });

  describe("carrier", () => {
    const states = (end: string, peer: string, change: object = {}) => {
      const observed = { ...asObserved(state), end: { operstate: end }, peer: { operstate: peer } };
      const problems = definition.pending?.(observed, { ...state, ...change });
      return problems?.map(({ property, reason }) => `${property}: ${reason}`);
    };
    const held = (property: string, operstate: string) =>
      `${property}: is true, but the link's operational state stays ${operstate}: something else on this host holds it down`;

    it("exists once both ends pass packets", () => {
      expect(states("UP", "UP")).to.deep.equal([]);
    });

    it("is missing at the end that is held down", () => {
      expect(states("UP", "LOWERLAYERDOWN")).to.deep.equal([held("peer.up", "LOWERLAYERDOWN")]);
      expect(states("DOWN", "DOWN")).to.deep.equal([held("end.up", "DOWN"), held("peer.up", "DOWN")]);
    });

    it("is not expected while an end is to be down", () => {
      const down = { peer: { name: "veth-blue", namespace: "blue", up: false } };
      expect(states("DOWN", "DOWN", down)).to.deep.equal([]);
    });
  });

  describe("an end that a refresh has not found", () => {
    const marked = { ...state, mark: goldenMark };
    const foundRed = "ip -n red -N -j -d addr show dev veth-red";
    const foundBlue = "ip -n blue -N -j -d addr show dev veth-blue";

    it("is read no more, and the other end removed", async () => {
      const refreshed = await engine.read(
        definition,
        new FakeHost({ [foundRed]: red, [foundBlue]: { fails: "NotFound" } }),
        marked,
      );
      expect(refreshed?.inputs["peer"]).to.deep.equal({ namespace: "blue", mac: macB, mtu: 1500, up: true });
      expect(engine.diff(definition, HERE, refreshed?.state ?? {}, marked).replaces).to.deep.equal([
        "peer.name",
      ]);

      const host = new FakeHost({ [foundRed]: red });
      await engine.remove(definition, host, refreshed?.state ?? {});
      expect(host.ran).to.deep.equal([
        foundRed,
        "ip -n red -N -j -d addr show",
        "ip -n red link del dev veth-red",
      ]);

      const again = await engine.read(definition, new FakeHost({ [foundRed]: red }), refreshed?.state ?? {});
      expect(again?.state).to.deep.equal(refreshed?.state);
    });

    it("may be the first end as well", async () => {
      const script = { [foundRed]: inTurn({ fails: "NotFound" }), [foundBlue]: blue };
      const refreshed = await engine.read(definition, new FakeHost(script), marked);
      expect(refreshed?.inputs["end"]).to.deep.equal({ namespace: "red", mac: macA, mtu: 1500, up: true });
      const host = new FakeHost({ [foundBlue]: blue });
      await engine.remove(definition, host, refreshed?.state ?? {});
      expect(host.ran).to.deep.equal([
        foundBlue,
        "ip -n blue -N -j -d addr show",
        "ip -n blue link del dev veth-blue",
      ]);
    });
  });
});

function printedRemoval(observed: Args): string[] {
  const plan = definition.remove(asObserved(observed), state);
  if ("next" in plan) throw new Error("a cable is removed by commands alone");
  return printed(plan);
}
