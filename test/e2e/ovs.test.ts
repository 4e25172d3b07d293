import { expect } from "chai";
import { Address, Namespace, OvsBridge, OvsPort, VethPair } from "../../sdk";
import { onKernel, recorded } from "../support/kernel";
import { ovsVsctl, withOvs } from "../support/ovs";
import { answers, fails, pings } from "../support/packets";
import { type Program, ProgramStack } from "../support/programStack";

/*
 *   red   192.168.15.1/24 ──── red-br ───┐
 *                                        v-net-0 (Open vSwitch)  192.168.15.5/24
 *   blue  192.168.15.2/24 ──── blue-br ──┘
 */
const lab =
  ({ tag = 10, mtu = 1500, hasBlue = true } = {}): Program =>
  () => {
    const net = new OvsBridge("v-net-0", { datapathType: "netdev" });
    new Address("gateway", { interface: net, address: "192.168.15.5/24" });
    const room = (name: string, address: string, vlan?: number) => {
      const namespace = new Namespace(name);
      const { end, peer } = new VethPair(`cable-${name}`, {
        end: { name: "eth0", namespace, mtu: name === "red" ? mtu : 1500 },
        peer: { name: `${name}-br` },
      });
      new Address(`${name}-ip`, { interface: end, address });
      new OvsPort(`port-${name}`, { bridge: net, interface: peer, ...(vlan && { tag: vlan }) });
    };
    room("red", "192.168.15.1/24", tag);
    if (hasBlue) room("blue", "192.168.15.2/24", 10);
  };

describe("Open vSwitch, through the engine", function () {
  this.timeout(180_000);
  onKernel();

  describe("in userspace", () => {
    withOvs();
    let stack: ProgramStack;

    before(async () => {
      stack = await ProgramStack.of("ovs");
    });
    after(async () => {
      await stack.remove();
    });

    it("creates a switch with VLANs that packets cross", async () => {
      const { operations } = await stack.up(lab());
      const { "port-red": port, "v-net-0": net } = operations;
      expect([port, net]).to.deep.equal(["create", "create"]);
      await pings("red", "192.168.15.2")();
      await answers("red", "http://192.168.15.2/")();
      // The host belongs to no VLAN.
      await fails("red", "192.168.15.5")();
      expect((await stack.preview(lab())).operations).to.deep.equal({});
    });

    it("moves a port to another VLAN in place", async () => {
      expect((await stack.up(lab({ tag: 20 }))).operations).to.deep.equal({ "port-red": "update" });
      await fails("red", "192.168.15.2")();
    });

    it("finds drift, and restores the port", async () => {
      await ovsVsctl("del-port", "blue-br");
      await ovsVsctl("set", "Port", "red-br", "tag=30");
      await stack.refresh();
      expect((await stack.up(lab())).operations).to.deep.equal({
        "port-red": "update",
        "port-blue": "create",
      });
      await pings("red", "192.168.15.2")();
    });

    it("replaces a port with its cable and connects them again", async () => {
      const { operations } = await stack.up(lab(), {
        replace: [(await stack.urns()).get("cable-red") ?? ""],
      });
      expect(operations).to.deep.include({ "cable-red": "replace", "port-red": "replace" });
      await pings("red", "192.168.15.2")();
      expect((await stack.preview(lab())).operations).to.deep.equal({});
    });

    it("deletes a room with its port, and finally everything else", async () => {
      await stack.up(lab({ hasBlue: false }));
      expect(await ovsVsctl("list-ports", "v-net-0")).to.equal("red-br");
      await stack.destroy();
      expect(await ovsVsctl("list-br")).to.equal("");
    });

    it("keeps no record of the addresses on it", async () => {
      await stack.up(lab());
      expect(await recorded()).to.include("Address v-net-0 192.168.15.5/24");
      await stack.destroy();
      expect(await recorded()).to.deep.equal([]);
    });
  });
});
