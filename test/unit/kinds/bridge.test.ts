import { expect } from "chai";
import type { Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { bridge } from "../../../provider/kinds/bridge";
import { birthGroup, macOf } from "../../../provider/kinds/links/identity";
import {
  asObserved,
  checked,
  golden,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
} from "../../support/args";
import { HERE } from "../../support/fakeHost";

const definition: Definition = bridge;
const mac = "02:00:00:00:00:10";
const state = checked(definition, { name: "unit-br", mac, mtu: 1500 });

describe("Bridge", () => {
  describe("check", () => {
    it("fills in the kernel's defaults, and its own MAC address", () => {
      const mark = markFor("Bridge", "unit-br-plain");
      expect(checked(definition, { name: "unit-br-plain" }, "unit-br-plain")).to.deep.equal({
        name: "unit-br-plain",
        mac: macOf(mark),
        stp: false,
        forwardDelay: 15,
        ageingTime: 300,
        vlanFiltering: false,
        groupFwdMask: 0,
        up: true,
        mark,
      });
    });

    it("rounds the noise of floating point off a time", () => {
      const { forwardDelay, ageingTime } = checked(definition, {
        name: "unit-br-times",
        forwardDelay: 0.1 + 0.2,
        ageingTime: 0.7 + 0.1,
      });
      expect({ forwardDelay, ageingTime }).to.deep.equal({ forwardDelay: 0.3, ageingTime: 0.8 });
    });

    it("accepts the shortest delay of spanning tree", () => {
      checked(definition, { name: "unit-br-short", stp: true, forwardDelay: 2 });
      checked(definition, { name: "unit-br-short", stp: false, forwardDelay: 0 });
    });

    itRefuses(definition, { name: "unit-br-bad" }, [
      [{ name: undefined }, "name: is required"],
      [{ name: "" }, "name: is empty"],
      [
        { name: "a-bridge-with-a-long-name" },
        'name: is 25 bytes long, and the kernel takes 15: give a shorter name, as "a-bridge-name"',
      ],
      [
        { name: "all" },
        'name: may not be "all": the kernel keeps that name for the settings of all interfaces',
      ],
      [
        { namespace: "a/b" },
        'namespace: is "a/b": white space, control characters, quotes, `/` and `\\` are not allowed',
      ],
      [{ mac: "02:00:00" }, 'mac: is "02:00:00", not a MAC address such as 02:00:00:00:00:01'],
      [
        { mac: "33:33:00:00:00:01" },
        'mac: is "33:33:00:00:00:01", which is not a unicast address: make the first byte even, such as 02',
      ],
      [{ mtu: 67 }, "mtu: is 67, not a whole number from 68 to 65535 bytes"],
      [{ mtu: "1500" }, 'mtu: is "1500", not of type number'],
      [{ stp: 1 }, "stp: is 1, not of type boolean"],
      [{ forwardDelay: 31 }, "forwardDelay: is 31, not a time from 0 to 30 seconds in steps of 0.1"],
      [{ forwardDelay: 2.55 }, "forwardDelay: is 2.55, not a time from 0 to 30 seconds in steps of 0.1"],
      [{ stp: true, forwardDelay: 1.9 }, "forwardDelay: is 1.9, but spanning tree takes 2 to 30 seconds"],
      [{ ageingTime: -1 }, "ageingTime: is -1, not a time from 0 to 1000000 seconds in steps of 0.1"],
      [{ vlanFiltering: "no" }, 'vlanFiltering: is "no", not of type boolean'],
      [
        { groupFwdMask: 1 },
        "groupFwdMask: has one of the bits 0 to 2 set: the kernel never forwards STP, pause and LACP frames",
      ],
      [{ groupFwdMask: 65536 }, "groupFwdMask: is 65536, not a whole number from 0 to 65535"],
      [{ up: null }, "up: is null, not of type boolean"],
      [
        { stpState: true },
        "stpState: is not a property; there are `name`, `namespace`, `mac`, `mtu`, `stp`, `forwardDelay`, " +
          "`ageingTime`, `vlanFiltering`, `groupFwdMask`, `up`, `deleteForeign`, `adopt`",
      ],
      [
        { name: "..", mtu: 0, up: "yes" },
        'name: may not be ".."',
        "mtu: is 0, not a whole number from 68 to 65535 bytes",
        'up: is "yes", not of type boolean',
      ],
    ]);
  });

  describe("diff", () => {
    itDiffers(definition, state, [
      ["name", "other", "replace"],
      ["namespace", "red", "replace"],
      ["mac", "02:00:00:00:00:11", "update"],
      ["mtu", 1400, "update"],
      ["mtu", undefined, "replace"],
      ["stp", true, "update"],
      ["forwardDelay", 4, "update"],
      ["ageingTime", 0, "update"],
      ["vlanFiltering", true, "update"],
      ["groupFwdMask", 16384, "update"],
      ["up", false, "update"],
      ["deleteForeign", true, "update"],
      ["adopt", true, "update"],
    ]);

    it("sets an MTU in place if there was none", () => {
      const { mtu: _, ...follows } = state;
      expect(engine.diff(definition, HERE, follows, state)).to.deep.equal({
        changes: true,
        replaces: [],
        deleteBeforeReplace: true,
      });
    });
  });

  it("is identified by its name and place", () => {
    const inside = { ...state, namespace: "red" };
    expect([definition.id(state), definition.id(inside)]).to.deep.equal(["unit-br", "red/unit-br"]);
    expect([definition.objectNames(state), definition.objectNames(inside)]).to.deep.equal([
      ["link unit-br"],
      ["link unit-br in red"],
    ]);
  });

  describe("commands", () => {
    it("reads the link", () => {
      expect(printed(definition.probe(state))).to.deep.equal(["ip -N -j -d addr show dev unit-br"]);
      expect(printed(definition.probe({ ...state, namespace: "red" }))).to.deep.equal([
        "ip -n red -N -j -d addr show dev unit-br",
      ]);
    });

    itCreates(definition, [
      [
        { name: "unit-br-c", mac },
        `ip link add name unit-br-c address ${mac} group GROUP type bridge`,
        "ip link set dev unit-br-c alias MARK group default up",
      ],
      [
        { name: "unit-br-c", namespace: "red", mac, up: false },
        `ip -n red link add name unit-br-c address ${mac} group GROUP type bridge`,
        "ip -n red link set dev unit-br-c alias MARK group default",
      ],
      [
        { name: "unit-br-m", mac, mtu: 1400 },
        `ip link add name unit-br-m address ${mac} group GROUP type bridge`,
        "ip link set dev unit-br-m alias MARK group default mtu 1400 up",
      ],
      [
        { name: "unit-br-n", mac, mtu: 1500 },
        `ip link add name unit-br-n address ${mac} group GROUP mtu 1499 type bridge`,
        "ip link set dev unit-br-n alias MARK group default mtu 1500 up",
      ],
      [
        {
          name: "unit-br-o",
          mac,
          stp: true,
          forwardDelay: 2.5,
          ageingTime: 60,
          vlanFiltering: true,
          groupFwdMask: 0x4000,
        },
        `ip link add name unit-br-o address ${mac} group GROUP type bridge forward_delay 250 stp_state 1 ageing_time 6000 ` +
          "vlan_filtering 1 group_fwd_mask 16384",
        "ip link set dev unit-br-o alias MARK group default up",
      ],
    ]);

    itUpdates(definition, state, [
      ["mac", "02:00:00:00:00:11", "ip link set dev unit-br address 02:00:00:00:00:11"],
      ["mtu", 1400, "ip link set dev unit-br mtu 1400"],
      ["stp", true, "ip link set dev unit-br type bridge stp_state 1"],
      ["forwardDelay", 0, "ip link set dev unit-br type bridge forward_delay 0"],
      ["ageingTime", 0.1, "ip link set dev unit-br type bridge ageing_time 10"],
      ["vlanFiltering", true, "ip link set dev unit-br type bridge vlan_filtering 1"],
      ["groupFwdMask", 8, "ip link set dev unit-br type bridge group_fwd_mask 8"],
      ["up", false, "ip link set dev unit-br down"],
      ["deleteForeign", true],
      ["adopt", true],
      ["mark", "another", "ip link set dev unit-br alias MARK"],
    ]);

    it("sets a bridge up that was down", () => {
      expect(printed(definition.update(asObserved({ ...state, up: false }), state))).to.deep.equal([
        "ip link set dev unit-br up",
      ]);
    });

    it("updates everything in two commands", () => {
      const all = {
        ...state,
        namespace: "red",
        mac: "02:00:00:00:00:11",
        mtu: 1400,
        stp: true,
        forwardDelay: 4,
        ageingTime: 60,
        vlanFiltering: true,
        groupFwdMask: 8,
        up: false,
        mark: "another",
      };
      expect(printed(definition.update(asObserved(state), all))).to.deep.equal([
        "ip -n red link set dev unit-br alias another address 02:00:00:00:00:11 mtu 1400 down",
        "ip -n red link set dev unit-br type bridge forward_delay 400 stp_state 1 ageing_time 6000 vlan_filtering 1 group_fwd_mask 8",
      ]);
    });

    it("switches spanning tree off before a delay that it would refuse", () => {
      const on = asObserved({ ...state, stp: true, forwardDelay: 15 });
      const commands = (forwardDelay: number) => printed(definition.update(on, { ...state, forwardDelay }));
      expect(commands(0)).to.deep.equal([
        "ip link set dev unit-br type bridge stp_state 0",
        "ip link set dev unit-br type bridge forward_delay 0",
      ]);
      expect(commands(2)).to.deep.equal([
        "ip link set dev unit-br type bridge forward_delay 200 stp_state 0",
      ]);
    });

    it("removes a bridge, and nothing else of that name", () => {
      expect([definition.remove(asObserved(state), state)].flat()).to.deep.equal([
        { tool: "ip", args: ["link", "del", "dev", "unit-br", "type", "bridge"] },
      ]);
    });
  });

  describe("parse", () => {
    const observed = {
      mac,
      up: true,
      stp: true,
      forwardDelay: 2,
      ageingTime: 60,
      vlanFiltering: false,
      groupFwdMask: 16384,
    };
    const mark = "pulumi-netns:Bridge:0123456789ab:project/stack/br0";

    it("reads every option", () => {
      expect(definition.parse([golden("link-bridge")], state)).to.deep.equal({
        args: { ...observed, mtu: 1500 },
        restorable: { ...observed, mtu: 1500 },
        outputs: { ifindex: 2 },
        mark,
        group: "0",
        incompatible: undefined,
      });
    });

    it("omits an MTU that is not given, as it follows the ports", () => {
      const { mtu: _, ...follows } = state;
      expect(definition.parse([golden("link-bridge")], follows)).to.deep.equal({
        args: observed,
        restorable: { ...observed, mtu: 1500 },
        outputs: { ifindex: 2 },
        mark,
        group: "0",
        incompatible: undefined,
      });
    });

    it("has nothing if there is no link", () => {
      expect(definition.parse([undefined], state)).to.equal(undefined);
    });
  });

  describe("ownership", () => {
    const own = String(state["mark"]);
    const theirs = markFor("Bridge", "theirs");
    const observed = (mark: string | undefined, group: string, mac = state["mac"]) => ({
      ...asObserved({ ...state, mac }),
      ...{ mark, group },
    });
    const isOurs = (mark: string | undefined, group: string, mac?: string, asked: object = {}) =>
      definition.isOurs?.(observed(mark, group, mac), { ...state, ...asked });

    it("goes by the mark, and without one by its first group", () => {
      expect([
        isOurs(own, "0"),
        isOurs("foreign", birthGroup(own)),
        isOurs(undefined, birthGroup(own)),
        isOurs(undefined, birthGroup("another")),
        isOurs(undefined, "0"),
        isOurs(theirs, birthGroup(own)),
      ]).to.deep.equal([true, true, true, false, false, false]);
    });

    it("goes by the MAC address derived from the mark, if something else has changed the alias", () => {
      const given = "02:00:00:00:00:01";
      expect([
        isOurs("Gi0/1", "0", macOf(own)),
        isOurs(undefined, "0", macOf(own)),
        // Another resource's, a port's, and one that nobody owns.
        isOurs("Gi0/1", "0", macOf(theirs)),
        isOurs("Gi0/1", "0", macOf(own, "end")),
        isOurs("Gi0/1", "0", given, { mac: given }),
        // Another resource has put its mark there.
        isOurs(theirs, "0", macOf(own)),
      ]).to.deep.equal([true, true, false, false, false, false]);
      // A macvlan may have the MAC address of the link below.
      const incompatible = "is a macvlan link, not a bridge";
      expect(definition.isOurs?.({ ...observed("Gi0/1", "0", macOf(own)), incompatible }, state)).to.equal(
        false,
      );
    });

    it("sets its alias after a crash, and leaves the first group", () => {
      const update = (mark: string | undefined, group: string) =>
        printed(definition.update(observed(mark, group), state));
      expect([
        update(undefined, birthGroup(own)),
        update(undefined, "lab"),
        update("foreign", "default"),
      ]).to.deep.equal([
        [`ip link set dev unit-br alias ${own} group default`],
        [`ip link set dev unit-br alias ${own}`],
        [`ip link set dev unit-br alias ${own}`],
      ]);
    });

    it("is never another kind of link", () => {
      const found = definition.parse([golden("link-veth-red")], state);
      expect(found?.incompatible).to.equal("is a veth link, not a bridge");
    });
  });
});
