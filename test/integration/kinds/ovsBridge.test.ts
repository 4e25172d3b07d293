import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { discover } from "../../../provider/engine/discover";
import * as engine from "../../../provider/engine/lifecycle";
import { ovsBridge } from "../../../provider/kinds/ovsBridge";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { checked, markFor } from "../../support/args";
import {
  belonging,
  crashing,
  failure,
  Living,
  link,
  onKernel,
  refusedAsIncompatible,
  typed,
} from "../../support/kernel";
import { ovsVsctl, startSwitch, stopSwitch, withOvs } from "../../support/ovs";

const definition: Definition = ovsBridge;
const mac = "02:00:00:00:00:0b";
const plain = { name: "it-ovs", datapathType: "netdev" };
const create = (given: Args = plain, name = "it", host = localHost) =>
  Living.create(definition, given, name, host);

/** A column of the bridge in the words of `ovs-vsctl`. */
const column = (name: string) => ovsVsctl("get", "Bridge", "it-ovs", name);

describe("OvsBridge, with Open vSwitch", () => {
  onKernel();

  describe("in userspace", () => {
    withOvs();
    afterEach(async () => {
      for (const name of ["it-ovs", "it-other"]) await ovsVsctl("--if-exists", "del-br", name);
    });

    it("equals the arguments, the output of ovs-vsctl and ip, and is deleted by its removal", async () => {
      const bridge = await create({ ...plain, mac, mtu: 1400, failMode: "secure", rstp: true });
      expect(await ovsVsctl("list-br")).to.equal("it-ovs");
      expect([
        await column("datapath_type"),
        await column("fail_mode"),
        await column("rstp_enable"),
      ]).to.deep.equal(["netdev", "secure", "true"]);
      expect(await column("external_ids")).to.equal(`{pulumi-netns="${markFor("OvsBridge")}"}`);
      const seen = await link("it-ovs");
      expect([seen?.address, seen?.mtu, seen?.flags.includes("UP")]).to.deep.equal([mac, 1400, true]);
      expect(bridge.id).to.equal("it-ovs");
      expect(bridge.state["ifindex"]).to.equal(seen?.ifindex);
      expect(await bridge.refresh()).to.deep.equal([]);
      await bridge.remove();
      expect([await ovsVsctl("list-br"), await link("it-ovs")]).to.deep.equal(["", undefined]);
      expect(await bridge.refresh()).to.deep.equal(["gone"]);
      await bridge.remove();
    });

    it("is found by a second creation of the same resource, which changes nothing", async () => {
      const first = await create();
      const second = await create();
      expect(second.state).to.deep.equal(first.state);
    });

    const changes: readonly Args[] = [
      { mac: "02:00:00:00:00:0c" },
      { mtu: 1300 },
      { failMode: "secure" },
      { stp: true },
      { rstp: true },
      { up: false },
      { mac: "02:00:00:00:00:0c", mtu: 1300, failMode: "secure", rstp: true, up: false },
    ];
    for (const change of changes) {
      it(`is updated in place, and back: ${JSON.stringify(change)}`, async () => {
        const bridge = await create({ ...plain, mac });
        const { ifindex } = bridge.state;
        for (const given of [
          { ...plain, mac, ...change },
          { ...plain, mac },
        ]) {
          expect(await bridge.become(given)).to.equal("update");
          expect(await bridge.refresh()).to.deep.equal([]);
        }
        expect(bridge.state["ifindex"]).to.equal(ifindex);
      });
    }

    it("is replaced under another name", async () => {
      const bridge = await create();
      expect(await bridge.become({ ...plain, name: "it-other" })).to.equal("replace name");
      expect(await ovsVsctl("list-br")).to.equal("it-other");
      await bridge.remove();
    });

    const drifts: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      [
        "mac",
        "another hwaddr",
        () => ovsVsctl("set", "Bridge", "it-ovs", 'other_config:hwaddr="02:00:00:00:00:0d"'),
      ],
      ["mtu", "another mtu_request", () => ovsVsctl("set", "Interface", "it-ovs", "mtu_request=1300")],
      ["failMode", "another fail_mode", () => ovsVsctl("set-fail-mode", "it-ovs", "secure")],
      ["stp", "spanning tree", () => ovsVsctl("set", "Bridge", "it-ovs", "stp_enable=true")],
      ["up", "ip link set down", () => typed("link set dev it-ovs down")],
    ];
    for (const [path, how, spoil] of drifts) {
      it(`drift is found and restored: ${how}`, async () => {
        const given = { ...plain, mac, mtu: 1400 };
        const bridge = await create(given);
        await spoil();
        expect(await bridge.refresh()).to.deep.equal([path]);
        expect(await bridge.become(given)).to.equal("update");
        expect(await bridge.refresh()).to.deep.equal([]);
      });
    }

    it("its MAC address at the link is restored if Open vSwitch has not done that", async () => {
      const bridge = await create({ ...plain, mac });
      await typed("link set dev it-ovs address 02:00:00:00:00:0d");
      await bridge.refresh();
      await bridge.become({ ...plain, mac });
      expect((await link("it-ovs"))?.address).to.equal(mac);
      expect(await bridge.refresh()).to.deep.equal([]);
    });

    it("a foreign bridge is refused, unchanged, and survives a removal", async () => {
      await ovsVsctl("add-br", "it-ovs", "--", "set", "Bridge", "it-ovs", "datapath_type=netdev");
      expect(await failure(create())).to.equal(
        "RefusedError: it-ovs exists already and is not this resource's own: remove it by hand if nobody needs it, or ask for another",
      );
      expect(await column("external_ids")).to.equal("{}");
      const own = await create({ ...plain, name: "it-other" });
      own.state = { ...own.state, name: "it-ovs" };
      await own.remove();
      expect((await ovsVsctl("list-br")).split("\n")).to.deep.equal(["it-other", "it-ovs"]);
    });

    it("another resource's is refused by its name", async () => {
      await create(plain, "theirs");
      expect(await failure(create())).to.equal(belonging("it-ovs", 'OvsBridge "theirs"'));
    });

    it("a Linux bridge of the name is not a bridge of Open vSwitch", async () => {
      await typed("link add name it-ovs type bridge");
      expect(await failure(create())).to.equal(
        refusedAsIncompatible("it-ovs", "is a bridge link, not a bridge of Open vSwitch"),
      );
      expect(await ovsVsctl("list-br")).to.equal("");
    });

    it("without the kernel module, `system` is a clear error, and can be removed", async () => {
      expect(await failure(create({ name: "it-ovs" }))).to.equal(
        "PartialError: up: asked for true, but the kernel has nothing\ndatapathType: is system, with which Open vSwitch has made no link for it: " +
          "it needs the kernel module openvswitch (`modprobe openvswitch`); `netdev` does without",
      );
      expect(await ovsVsctl("list-br")).to.equal("it-ovs");
      await engine.remove(definition, localHost, checked(definition, { name: "it-ovs" }, "it"));
      expect(await ovsVsctl("list-br")).to.equal("");
    });

    it("completes at the next creation after a crash", async () => {
      await failure(create(plain, "it", crashing(1)));
      const bridge = await create();
      expect(await bridge.refresh()).to.deep.equal([]);
    });

    it("outlives its daemon, and equals the arguments once that runs again", async () => {
      const bridge = await create({ ...plain, mac, mtu: 1400 });
      await stopSwitch();
      await startSwitch();
      expect(await bridge.refresh()).to.deep.equal(["up"]);
      expect(await bridge.become({ ...plain, mac, mtu: 1400 })).to.equal("update");
      expect(await bridge.refresh()).to.deep.equal([]);
    });

    it("is pending while its daemon does not run", async () => {
      const bridge = await create({ ...plain, mac });
      await stopSwitch();
      expect(await bridge.refresh()).to.deep.equal(["up"]);
      await startSwitch();
      await bridge.become({ ...plain, mac });
      expect(await bridge.refresh()).to.deep.equal([]);
    });

    it("is found by its mark", async () => {
      await create();
      const { found, gaps } = await discover(localHost);
      expect(found.map(({ definition: { kind }, state }) => [kind, state])).to.deep.equal([
        ["OvsBridge", { name: "it-ovs", mark: markFor("OvsBridge") }],
      ]);
      expect(gaps).to.deep.equal([]);
    });
  });

  it("reports that its database does not run", async () => {
    expect(await failure(create())).to.match(/^NotRunning: ovs-vsctl .*database connection failed/);
  });
});
