import { expect } from "chai";
import { asText } from "../../../cli/graph/text";
import type { Args, Definition } from "../../../provider/engine/definition";
import { discover } from "../../../provider/engine/discover";
import { ovsPort } from "../../../provider/kinds/ovsPort";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { gatherNetwork } from "../../../provider/trace/network/gather";
import { markFor } from "../../support/args";
import { belonging, failure, Living, onKernel, refusedAsIncompatible, typed } from "../../support/kernel";
import { ovsVsctl, withOvs } from "../../support/ovs";
import { answers, fails, pings } from "../../support/packets";
import { trace } from "../../support/trace";

/*
 *   it-red   10.9.0.1/24 ──── it-red-br ──┐
 *                                         it-ovs (Open vSwitch)
 *   blue     10.9.0.2/24 ──── it-blue-br ─┘
 */
const definition: Definition = ovsPort;
const red = { bridge: "it-ovs", interface: "it-red-br" };
const blue = { bridge: "it-ovs", interface: "it-blue-br" };
const create = (given: Args, name = "it", host = localHost) => Living.create(definition, given, name, host);

const addBridge = (name: string) =>
  ovsVsctl("add-br", name, "--", "set", "Bridge", name, "datapath_type=netdev");
const ports = (bridge = "it-ovs") => ovsVsctl("list-ports", bridge);
const column = (name: string) => ovsVsctl("get", "Port", "it-red-br", name);

describe("OvsPort, with Open vSwitch", () => {
  onKernel({ namespaces: ["it-red", "blue"] });

  describe("in userspace", () => {
    withOvs();

    beforeEach(async () => {
      for (const [name, namespace, host] of [
        ["it-red-br", "it-red", 1],
        ["it-blue-br", "blue", 2],
      ] as const) {
        await typed(`link add name ${name} type veth peer name eth0 netns ${namespace}`);
        await typed(`link set dev ${name} up`);
        await typed("link set dev eth0 up", namespace);
        await typed(`addr add 10.9.0.${host}/24 dev eth0`, namespace);
      }
      await addBridge("it-ovs");
    });
    afterEach(async () => {
      for (const name of ["it-ovs", "it-other"]) await ovsVsctl("--if-exists", "del-br", name);
      for (const name of ["it-red-br", "it-blue-br"]) await typed(`link del dev ${name}`).catch(() => {});
    });

    it("passes packets as soon as it exists, TCP too, and none after its removal", async () => {
      const one = await create(red, "red");
      const other = await create(blue, "blue");
      await pings("it-red", "10.9.0.2")();
      await answers("it-red", "http://10.9.0.2/")();
      expect(await ports()).to.equal("it-blue-br\nit-red-br");
      expect(one.id).to.equal("it-ovs/it-red-br");
      expect(one.state["ofport"]).to.be.a("number");
      expect([await one.refresh(), await other.refresh()]).to.deep.equal([[], []]);
      await one.remove();
      await fails("it-red", "10.9.0.2")();
      expect(await ports()).to.equal("it-blue-br");
      expect(await one.refresh()).to.deep.equal(["gone"]);
      await one.remove();
    });

    it("separates VLANs, and connects equal tags", async () => {
      const one = await create({ ...red, tag: 10 }, "red");
      const other = await create({ ...blue, tag: 20 }, "blue");
      await fails("it-red", "10.9.0.2")();
      expect(await other.become({ ...blue, tag: 10 })).to.equal("update");
      await pings("it-red", "10.9.0.2")();
      // Untagged packets belong to the native VLAN.
      expect(await one.become({ ...red, tag: 10, vlanMode: "native-untagged", trunks: [30] })).to.equal(
        "update",
      );
      await pings("it-red", "10.9.0.2")();
      expect(await one.become(red)).to.equal("update");
      await fails("it-red", "10.9.0.2")();
    });

    it("changes from one set of arguments to the next", async () => {
      const steps: readonly (readonly [Args, readonly string[]])[] = [
        [{ ...red, tag: 10 }, ["10", "[]", "access"]],
        [{ ...red, trunks: [30, 20] }, ["[]", "[20, 30]", "trunk"]],
        [{ ...red, tag: 5, trunks: [20], vlanMode: "native-tagged" }, ["5", "[20]", "native-tagged"]],
        [red, ["[]", "[]", "trunk"]],
      ];
      const port = await create(red);
      for (const [given, columns] of steps) {
        expect(await port.become(given)).to.equal("update");
        expect([await column("tag"), await column("trunks"), await column("vlan_mode")]).to.deep.equal(
          columns,
        );
        expect(await port.refresh()).to.deep.equal([]);
        expect(await port.become(given)).to.equal("nothing");
      }
    });

    it("is replaced for another bridge", async () => {
      await addBridge("it-other");
      const port = await create(red);
      expect(await port.become({ ...red, bridge: "it-other" })).to.equal("replace bridge");
      expect([await ports(), await ports("it-other")]).to.deep.equal(["", "it-red-br"]);
    });

    const drifts: readonly (readonly [string, readonly string[]])[] = [
      ["tag", ["set", "Port", "it-red-br", "tag=11"]],
      ["tag", ["clear", "Port", "it-red-br", "tag"]],
      ["trunks", ["set", "Port", "it-red-br", "trunks=[20,21]"]],
      ["vlanMode", ["set", "Port", "it-red-br", "vlan_mode=dot1q-tunnel"]],
    ];
    for (const [path, words] of drifts) {
      it(`drift is found and restored: ${words.join(" ")}`, async () => {
        const given = { ...red, tag: 10, trunks: [20], vlanMode: "native-tagged" };
        const port = await create(given);
        await ovsVsctl(...words);
        expect(await port.refresh()).to.deep.equal([path]);
        expect(await port.become(given)).to.equal("update");
        expect(await port.refresh()).to.deep.equal([]);
      });
    }

    it("moves back after a move to another bridge by hand", async () => {
      await addBridge("it-other");
      const port = await create(red);
      const { external_ids: ids } = { external_ids: await column("external_ids") };
      await ovsVsctl(
        "del-port",
        "it-red-br",
        "--",
        "add-port",
        "it-other",
        "it-red-br",
        "--",
        "set",
        "Port",
        "it-red-br",
        `external_ids=${ids}`,
        "vlan_mode=trunk",
      );
      expect(await port.refresh()).to.deep.equal(["bridge"]);
      expect(await port.become(red)).to.equal("replace bridge");
      expect([await ports(), await ports("it-other")]).to.deep.equal(["it-red-br", ""]);
    });

    it("is deleted with its bridge", async () => {
      const port = await create(red);
      await ovsVsctl("del-br", "it-ovs");
      expect(await port.refresh()).to.deep.equal(["gone"]);
      await port.remove();
      expect(await failure(create(red))).to.equal(
        "NotFound: ovs-vsctl --timeout=10 add-port it-ovs it-red-br -- set Port it-red-br vlan_mode=trunk " +
          `"external_ids:pulumi-netns=\\"${markFor("OvsPort")}\\"": ovs-vsctl: no bridge named it-ovs`,
      );
    });

    it("without its link is not a port of the bridge, and is recreated with the next link of that name", async () => {
      await create(blue, "blue");
      const port = await create(red);
      await typed("link del dev it-red-br");
      expect(await port.refresh()).to.deep.equal(["bridge"]);
      await typed("link add name it-red-br type veth peer name eth0 netns it-red");
      await typed("link set dev it-red-br up");
      await typed("link set dev eth0 up", "it-red");
      await typed("addr add 10.9.0.1/24 dev eth0", "it-red");
      expect(await port.refresh()).to.deep.equal(["bridge"]);
      expect(await port.become(red)).to.equal("replace bridge");
      await pings("it-red", "10.9.0.2")();
      expect(await port.refresh()).to.deep.equal([]);
    });

    it("can be removed after a refresh that found no link", async () => {
      const port = await create(red);
      await typed("link del dev it-red-br");
      await port.refresh();
      await port.remove();
      expect(await ports()).to.equal("");
    });

    it("of a missing link is a clear error", async () => {
      expect(await failure(create({ ...red, interface: "it-none" }))).to.match(
        /^PartialError: .*\ninterface: Open vSwitch says: could not open network device it-none \(No such device\)/,
      );
    });

    it("a foreign port is refused, unchanged, and survives a removal", async () => {
      await ovsVsctl("add-port", "it-ovs", "it-red-br");
      expect(await failure(create(red))).to.equal(
        "RefusedError: it-ovs/it-red-br exists already and is not this resource's own: remove it by hand if nobody needs it, or ask for another",
      );
      expect(await column("external_ids")).to.equal("{}");
      const own = await create(blue, "blue");
      own.state = { ...own.state, interface: "it-red-br" };
      await own.remove();
      expect(await ports()).to.equal("it-blue-br\nit-red-br");
    });

    it("another resource's is refused by its name", async () => {
      await create(red, "theirs");
      expect(await failure(create(red))).to.equal(belonging("it-ovs/it-red-br", 'OvsPort "theirs"'));
    });

    it("a bond is not a port with one link", async () => {
      await ovsVsctl("add-bond", "it-ovs", "it-bond", "it-red-br", "it-blue-br");
      expect(await failure(create({ bridge: "it-ovs", interface: "it-bond" }))).to.equal(
        refusedAsIncompatible("it-ovs/it-bond", "is a bond of several links, not a port with one"),
      );
    });

    it("is found by a second creation of the same resource, which changes nothing", async () => {
      const first = await create(red);
      const second = await create(red);
      expect(second.state).to.deep.equal(first.state);
    });

    it("is passed by trace, and is below its bridge in a graph", async () => {
      await create(red, "red");
      await create(blue, "blue");
      const network = await gatherNetwork(localHost);
      const rows = asText(
        network,
        network.filter(({ name }) => name === undefined),
      ).split("\n");
      expect(
        rows.filter((row) => /it-/.test(row)).map((row) => row.split(/ {2,}/).slice(0, 3)),
      ).to.deep.equal([
        ["host", "it-ovs", "openvswitch"],
        ["host", "it-red-br", "veth"],
        ["host", "it-blue-br", "veth"],
      ]);
      const question = { from: "it-red", to: { ip: "10.9.0.2" }, protocol: "icmp", withProbe: true } as const;
      const { isReached, steps } = await trace(localHost, question, []);
      expect(isReached).to.equal(true);
      expect(steps.map(({ text }) => text)).to.include(
        "reaches eth0 in blue over it-ovs on the host by eth0",
      );
    });

    it("is found by its mark", async () => {
      await create(red);
      const { found } = await discover(localHost);
      expect(found.map(({ definition: { kind }, state }) => [kind, state])).to.deep.equal([
        ["OvsPort", { bridge: "it-ovs", interface: "it-red-br", mark: markFor("OvsPort") }],
      ]);
    });
  });
});
