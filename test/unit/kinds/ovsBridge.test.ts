import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { macOf } from "../../../provider/kinds/links/identity";
import { ovsBridge } from "../../../provider/kinds/ovsBridge";
import { checked, itCreates, itDiffers, itRefuses, itUpdates, markFor } from "../../support/args";

const definition: Definition = ovsBridge;
const mac = "02:00:00:00:00:10";
const state = checked(definition, { name: "unit-ovs", mac, mtu: 1400 }, "it");

const link = (more: object = {}): string =>
  JSON.stringify([
    { ifindex: 7, ifname: "unit-ovs", flags: ["BROADCAST", "UP"], mtu: 1400, address: mac, ...more },
  ]);

/** A bridge and its own interface in the output of `ovs-vsctl`. */
const tables = (external: readonly (readonly string[])[], mtuRequest: unknown = 1400): string =>
  [
    {
      headings: [
        "name",
        "datapath_type",
        "fail_mode",
        "stp_enable",
        "rstp_enable",
        "other_config",
        "external_ids",
      ],
      data: [["unit-ovs", "", ["set", []], false, true, ["map", [["hwaddr", mac]]], ["map", external]]],
    },
    { headings: ["mtu_request"], data: [[mtuRequest]] },
  ]
    .map((table) => JSON.stringify(table))
    .join("\n");

const NONE = '{"data":[],"headings":["name"]}\n{"data":[],"headings":["mtu_request"]}';
const marked = [["pulumi-netns", markFor("OvsBridge", "it")]];

describe("OvsBridge", () => {
  describe("check", () => {
    it("fills in Open vSwitch's defaults, and its own MAC address", () => {
      const mark = markFor("OvsBridge", "unit-ovs-plain");
      expect(checked(definition, { name: "unit-ovs-p" }, "unit-ovs-plain")).to.deep.equal({
        ...{ name: "unit-ovs-p", datapathType: "system", mac: macOf(mark), failMode: "standalone" },
        ...{ stp: false, rstp: false, up: true, mark },
      });
    });

    itRefuses(definition, { name: "unit-ovs-bad" }, [
      [{ name: undefined }, "name: is required"],
      [{ name: "" }, "name: is empty"],
      [
        { name: "a-bridge-with-a-long-name" },
        'name: is 25 bytes long, and the kernel takes 15: give a shorter name, as "a-bridge-name"',
      ],
      [
        { name: "@br" },
        "name: may not start with `@`: ovs-vsctl would take it for a row that the same call makes",
      ],
      [{ datapathType: "dpdk" }, 'datapathType: is "dpdk", not one of system, netdev'],
      [{ mac: "02:00:00" }, 'mac: is "02:00:00", not a MAC address such as 02:00:00:00:00:01'],
      [{ mtu: 67 }, "mtu: is 67, not a whole number from 68 to 65535 bytes"],
      [{ failMode: "open" }, 'failMode: is "open", not one of standalone, secure'],
      [{ stp: 1 }, "stp: is 1, not of type boolean"],
      [{ stp: true, rstp: true }, "rstp: is true beside `stp`: a bridge speaks one of the two protocols"],
      [{ up: null }, "up: is null, not of type boolean"],
      [
        { namespace: "red" },
        "namespace: is not a property; there are `name`, `datapathType`, `mac`, `mtu`, `failMode`, `stp`, `rstp`, `up`, `deleteForeign`",
      ],
    ]);
  });

  describe("diff", () => {
    itDiffers(definition, state, [
      ["name", "other", "replace"],
      ["datapathType", "netdev", "replace"],
      ["mac", "02:00:00:00:00:11", "update"],
      ["mtu", 1300, "update"],
      ["mtu", undefined, "update"],
      ["failMode", "secure", "update"],
      ["stp", true, "update"],
      ["rstp", true, "update"],
      ["up", false, "update"],
      ["deleteForeign", true, "update"],
    ]);
  });

  describe("commands", () => {
    itCreates(definition, [
      [
        { name: "unit-ovs1", mac },
        'ovs-vsctl --timeout=10 add-br unit-ovs1 -- set Bridge unit-ovs1 datapath_type=system fail_mode=standalone stp_enable=false rstp_enable=false "other_config:hwaddr=\\"02:00:00:00:00:10\\"" "external_ids:pulumi-netns=\\"MARK\\""',
        "ip link set dev unit-ovs1 up",
      ],
      [
        {
          name: "unit-ovs2",
          mac,
          datapathType: "netdev",
          failMode: "secure",
          rstp: true,
          mtu: 1300,
          up: false,
        },
        'ovs-vsctl --timeout=10 add-br unit-ovs2 -- set Bridge unit-ovs2 datapath_type=netdev fail_mode=secure stp_enable=false rstp_enable=true "other_config:hwaddr=\\"02:00:00:00:00:10\\"" "external_ids:pulumi-netns=\\"MARK\\"" -- set Interface unit-ovs2 mtu_request=1300',
        "ip link set dev unit-ovs2 down",
      ],
    ]);

    const set = "ovs-vsctl --timeout=10 set Bridge unit-ovs";
    itUpdates(definition, state, [
      ["mac", "02:00:00:00:00:11", `${set} "other_config:hwaddr=\\"02:00:00:00:00:11\\""`],
      ["mtu", 1300, "ovs-vsctl --timeout=10 set Interface unit-ovs mtu_request=1300"],
      ["mtu", undefined, "ovs-vsctl --timeout=10 clear Interface unit-ovs mtu_request"],
      ["failMode", "secure", `${set} fail_mode=secure`],
      ["stp", true, `${set} stp_enable=true`],
      ["rstp", true, `${set} rstp_enable=true`],
      ["up", false, "ip link set dev unit-ovs down"],
      ["deleteForeign", true],
      ["mark", "pulumi-netns:OvsBridge:0123456789ab:p/s/n", `${set} "external_ids:pulumi-netns=\\"MARK\\""`],
    ]);

    it("restores at the link what somebody has changed there, if the database is unchanged", () => {
      const observed = definition.parse(
        [tables(marked), link({ mtu: 1300, address: "02:00:00:00:00:99" })],
        state,
      );
      const commands = observed && definition.update(observed, { ...state, rstp: true });
      expect(commands?.map(({ tool, args }) => [tool, ...args].join(" "))).to.deep.equal([
        `ip link set dev unit-ovs address ${mac} mtu 1400`,
      ]);
    });

    it("removes it with its ports", () => {
      expect(definition.remove({ args: {}, outputs: {} }, state)).to.deep.equal([
        { tool: "ovs-vsctl", args: ["--timeout=10", "--if-exists", "del-br", "unit-ovs"] },
      ]);
    });
  });

  describe("reading", () => {
    const parse = (answers: readonly string[], args: Args = state) => definition.parse(answers, args);

    it("takes everything from the database, except the fields of its link", () => {
      expect(parse([tables(marked), link()])).to.deep.include({
        args: {
          datapathType: "system",
          mac,
          mtu: 1400,
          failMode: "standalone",
          stp: false,
          rstp: true,
          up: true,
        },
        outputs: { ifindex: 7 },
        mark: markFor("OvsBridge", "it"),
      });
    });

    it("omits an MTU that is not given", () => {
      const { mtu: _, ...follows } = state;
      expect(parse([tables([], ["set", []]), link()], follows)?.args["mtu"]).to.equal(undefined);
      expect(parse([tables([], ["set", []]), link()])?.args["mtu"]).to.equal(1400);
    });

    it("finds nothing if neither the database nor the kernel knows it", () => {
      expect(definition.parse([NONE, undefined], state)).to.equal(undefined);
    });

    it("finds an object of another kind if only the kernel knows it", () => {
      const observed = parse([NONE, link({ linkinfo: { info_kind: "bridge" }, ifalias: "theirs" })]);
      expect(observed).to.deep.include({
        mark: "theirs",
        incompatible: "is a bridge link, not a bridge of Open vSwitch",
      });
    });

    it("is pending without a link", () => {
      const observed = definition.parse([tables(marked), undefined], state);
      expect(observed && definition.pending?.(observed, state)).to.deep.equal([
        {
          property: "datapathType",
          reason:
            "is system, with which Open vSwitch has made no link for it: it needs the kernel module openvswitch (`modprobe openvswitch`); `netdev` does without",
        },
      ]);
    });

    it("finds it by its mark, only in the host's own namespace", () => {
      const here = definition.discover?.(undefined);
      expect(here?.find([tables(marked)])).to.deep.equal([
        { name: "unit-ovs", mark: markFor("OvsBridge", "it") },
      ]);
      expect(here?.find([tables([])])).to.deep.equal([]);
      expect(definition.discover?.("red").commands).to.deep.equal([]);
    });
  });
});
