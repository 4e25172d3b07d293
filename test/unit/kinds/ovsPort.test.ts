import { expect } from "chai";
import type { Definition } from "../../../provider/engine/definition";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { ovsPort } from "../../../provider/kinds/ovsPort";
import { checked, itCreates, itDiffers, itRefuses, itUpdates, markFor, printed } from "../../support/args";

const definition: Definition = ovsPort;
const given = { bridge: "br0", interface: "unit-port" };
const state = checked(definition, { ...given, tag: 10, trunks: [20], vlanMode: "native-tagged" }, "it");

const table = (headings: readonly string[], ...data: readonly unknown[][]): string =>
  JSON.stringify({ headings, data });

/** Two bridges, a port of the second one and its interface in the output of `ovs-vsctl`. */
function tables(
  more: Readonly<Record<string, unknown>> = {},
  error: unknown = ["set", []],
  ofport: unknown = 3,
): string {
  const port = {
    ...{
      _uuid: ["uuid", "2"],
      name: "unit-port",
      tag: ["set", []],
      trunks: ["set", []],
      vlan_mode: ["set", []],
    },
    ...{ interfaces: ["uuid", "9"], external_ids: ["map", [["pulumi-netns", markFor("OvsPort", "it")]]] },
    ...more,
  };
  return [
    table(
      ["name", "ports"],
      ["other", ["uuid", "1"]],
      [
        "br0",
        [
          "set",
          [
            ["uuid", "3"],
            ["uuid", "2"],
          ],
        ],
      ],
    ),
    table(Object.keys(port), Object.values(port)),
    table(["error", "ofport"], [error, ofport]),
  ].join("\n");
}

const link = (more: object = {}): string =>
  JSON.stringify([{ ifindex: 7, ifname: "unit-port", flags: [], mtu: 1500, promiscuity: 1, ...more }]);

describe("OvsPort", () => {
  describe("check", () => {
    it("is a trunk of all VLANs, or belongs to one with a tag", () => {
      const mode = (args: object) => checked(definition, { ...given, ...args })["vlanMode"];
      expect([mode({}), mode({ tag: 10 }), mode({ tag: UNKNOWN }), mode({ trunks: [10] })]).to.deep.equal([
        "trunk",
        "access",
        UNKNOWN,
        "trunk",
      ]);
    });

    it("sorts the VLANs of a trunk, each once", () => {
      expect(checked(definition, { ...given, trunks: [30, 20, 30] })["trunks"]).to.deep.equal([20, 30]);
    });

    itRefuses(definition, { ...given, interface: "bad-port" }, [
      [{ bridge: undefined }, "bridge: is required"],
      [{ interface: undefined }, "interface: is required"],
      [
        { interface: "a".repeat(16) },
        'interface: is 16 bytes long, and the kernel takes 15: give a shorter name, as "aaaaaaaaa-aaaaa"',
      ],
      [
        { bridge: "@br" },
        "bridge: may not start with `@`: ovs-vsctl would take it for a row that the same call makes",
      ],
      [{ tag: 0 }, "tag: is 0, not a whole number from 1 to 4094"],
      [{ tag: "10" }, 'tag: is "10", not of type number'],
      [{ trunks: [] }, "trunks: is empty: leave it out for all VLANs"],
      [{ trunks: [4095] }, "trunks[0]: is 4095, not a whole number from 1 to 4094"],
      [
        { vlanMode: "hybrid" },
        'vlanMode: is "hybrid", not one of access, trunk, native-tagged, native-untagged',
      ],
      [{ vlanMode: "access" }, "tag: is required with `vlanMode` `access`"],
      [{ vlanMode: "native-tagged" }, "tag: is required with `vlanMode` `native-tagged`"],
      [
        { vlanMode: "trunk", tag: 10 },
        "tag: is 10, but on a `trunk` frames carry their VLAN: leave it out, or say `native-untagged` for frames without one",
      ],
      [
        { tag: 10, trunks: [20] },
        "trunks: has no meaning for an `access` port, which is in one VLAN: leave it out",
      ],
    ]);
  });

  describe("diff", () => {
    itDiffers(definition, state, [
      ["bridge", "br1", "replace"],
      ["interface", "other", "replace"],
      ["tag", 11, "update"],
      ["trunks", [20, 30], "update"],
      ["trunks", undefined, "update"],
      ["vlanMode", "native-untagged", "update"],
    ]);
  });

  describe("commands", () => {
    const add = (name: string) => `ovs-vsctl --timeout=10 add-port br0 ${name} -- set Port ${name}`;
    const mark = '"external_ids:pulumi-netns=\\"MARK\\""';
    itCreates(definition, [
      [{ bridge: "br0", interface: "unit-port1" }, `${add("unit-port1")} vlan_mode=trunk ${mark}`],
      [
        { bridge: "br0", interface: "unit-port2", tag: 10 },
        `${add("unit-port2")} tag=10 vlan_mode=access ${mark}`,
      ],
      [
        { bridge: "br0", interface: "unit-port3", tag: 1, trunks: [30, 20], vlanMode: "native-untagged" },
        `${add("unit-port3")} tag=1 "trunks=[20,30]" vlan_mode=native-untagged ${mark}`,
      ],
    ]);

    const set = "ovs-vsctl --timeout=10 set Port unit-port";
    itUpdates(definition, state, [
      ["tag", 11, `${set} tag=11`],
      ["tag", undefined, `${set} "tag=[]"`],
      ["trunks", [20, 30], `${set} "trunks=[20,30]"`],
      ["trunks", undefined, `${set} "trunks=[]"`],
      ["vlanMode", "native-untagged", `${set} vlan_mode=native-untagged`],
      ["mark", "pulumi-netns:OvsPort:0123456789ab:p/s/n", `${set} ${mark}`],
    ]);

    const del = "ovs-vsctl --timeout=10 --if-exists del-port unit-port";

    it("recreates it if Open vSwitch does not receive from its link", () => {
      const observed = definition.parse([tables(), link({ promiscuity: 0 })], state);
      expect(observed && printed(definition.update(observed, state))).to.deep.equal([
        del,
        `${add("unit-port")} tag=10 "trunks=[20]" vlan_mode=native-tagged ${mark.replace("MARK", String(state["mark"]))}`,
      ]);
    });

    it("removes it from any bridge", () => {
      expect(definition.remove({ args: {}, outputs: {} }, state)).to.deep.equal([
        { tool: "ovs-vsctl", args: del.split(" ").slice(1) },
      ]);
    });
  });

  describe("reading", () => {
    it("returns its bridge, its VLANs and its number", () => {
      const observed = (more: object) => definition.parse([tables({ ...more }), link()], state)?.args;
      expect(observed({})).to.deep.equal({
        bridge: "br0",
        tag: undefined,
        trunks: undefined,
        vlanMode: "trunk",
      });
      expect(observed({ tag: 5 })).to.deep.include({ tag: 5, vlanMode: "access" });
      expect(observed({ trunks: ["set", [30, 20]], vlan_mode: "dot1q-tunnel" })).to.deep.include({
        trunks: [20, 30],
        vlanMode: "dot1q-tunnel",
      });
      expect(definition.parse([tables(), link()], state)).to.deep.include({
        outputs: { ofport: 3 },
        mark: markFor("OvsPort", "it"),
        incompatible: undefined,
      });
    });

    it("finds no bridge if the link is missing, is another one of its name, or is a port of a Linux bridge", () => {
      const bridge = (answer: string | undefined) =>
        definition.parse([tables(), answer], state)?.args["bridge"];
      expect([
        bridge(undefined),
        bridge(link({ promiscuity: 0 })),
        bridge(link({ master: "br1" })),
        bridge(link({ master: "ovs-system" })),
        bridge(link()),
      ]).to.deep.equal([undefined, undefined, undefined, "br0", "br0"]);
    });

    it("finds nothing if the database has no such port", () => {
      const none = [table(["name", "ports"]), table(["name"]), table(["error", "ofport"])].join("\n");
      expect(definition.parse([none], state)).to.equal(undefined);
    });

    it("does not take a bond for a port with one link", () => {
      const bond = tables({
        interfaces: [
          "set",
          [
            ["uuid", "8"],
            ["uuid", "9"],
          ],
        ],
      });
      expect(definition.parse([bond], state)?.incompatible).to.equal(
        "is a bond of several links, not a port with one",
      );
    });

    it("is pending without its link", () => {
      const observed = definition.parse(
        [tables({}, "could not open network device unit-port (No such device)", -1)],
        state,
      );
      expect(observed?.outputs).to.deep.equal({});
      expect(observed && definition.pending?.(observed, state)).to.deep.equal([
        {
          property: "interface",
          reason: "Open vSwitch says: could not open network device unit-port (No such device)",
        },
      ]);
    });

    it("finds it by its mark, only in the host's own namespace", () => {
      expect(definition.discover?.(undefined).find([tables()])).to.deep.equal([
        { bridge: "br0", interface: "unit-port", mark: markFor("OvsPort", "it") },
      ]);
      expect(definition.discover?.(undefined).find([tables({ external_ids: ["map", []] })])).to.deep.equal(
        [],
      );
      expect(definition.discover?.("red").commands).to.deep.equal([]);
    });
  });
});
