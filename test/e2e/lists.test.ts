import { expect } from "chai";
import { Bridge, Namespace, Node, Topology } from "../../sdk";
import { errorOf, onKernel, typed } from "../support/kernel";
import { type Program, ProgramStack } from "../support/programStack";

const AS_LISTED = ["10.0.0.1/24", "10.0.0.2/24", "fd00::1/64", "fd00::2/64"];

/** A router with a loopback, a rented server whose gateways need their own routes, and far ends on bridges in a namespace. */
const lab =
  ({
    addresses = AS_LISTED,
    link = "eth0",
    mtu,
  }: {
    addresses?: string[];
    link?: string;
    mtu?: number;
  } = {}): Program =>
  () => {
    const room = new Namespace("room");
    new Bridge("br1", { namespace: room });
    new Node("vps", {
      interfaces: {
        lo: { addresses: ["10.255.0.1/32"], ...(mtu !== undefined && { mtu }) },
        eth0: { addresses: ["203.0.113.77/32"], peer: { bridge: "br1" } },
        eth1: { peer: { namespace: "room", bridge: "br1" } },
      },
      routes: [
        { destination: "0.0.0.0/0", via: "203.0.113.1" },
        { destination: "203.0.113.1/32", interface: link },
      ],
    });
    new Topology("lab", {
      bridges: { br0: { namespace: "n1", addresses } },
      nodes: {
        n1: { routes: [{ destination: "default", via: "10.0.0.9" }] },
        n2: { interfaces: { eth0: { peer: { bridge: "br0" } } } },
      },
    });
  };

/** The addresses of the bridge in the kernel's order. */
async function order(): Promise<string[]> {
  const text = await typed("-o addr show dev br0", "n1");
  return [...text.matchAll(/inet6? (\S+)/g)]
    .map(([, one]) => String(one))
    .filter((one) => !one.startsWith("fe80"));
}

const FRESH = ["10.0.0.1/24", "10.0.0.2/24", "fd00::2/64", "fd00::1/64"];

describe("lists whose order the kernel knows", function () {
  this.timeout(180_000);
  onKernel();

  describe("through the engine", () => {
    let stack: ProgramStack;
    before(async () => {
      stack = await ProgramStack.of("lists");
    });
    after(async () => {
      await stack.remove();
    });

    it("are created in order, by an edit as by a first run, and restored after a change by hand", async () => {
      await stack.up(lab());
      expect(await order()).to.deep.equal(FRESH);
      expect(await typed("route show default", "vps")).to.include("via 203.0.113.1 dev eth0");
      expect(await typed("-o addr show dev lo", "vps")).to.include("10.255.0.1/32");
      expect(await typed("link show master br0", "n1")).to.include("n2-eth0");
      const ports = await typed("link show master br1", "room");
      expect(ports).to.include("vps-eth0").and.include("vps-eth1");

      expect(
        (await stack.up(lab({ addresses: ["10.0.0.3/24", ...AS_LISTED], link: "eth1" }))).operations,
      ).to.deep.equal({
        ...{ lab: "update", vps: "update" },
      });
      expect((await order())[0]).to.equal("10.0.0.3/24");
      expect(await typed("route show default", "vps")).to.include("via 203.0.113.1 dev eth1");
      expect(await typed("route show default", "n1")).to.include("via 10.0.0.9");

      await stack.up(lab());
      expect(await order()).to.deep.equal(FRESH);

      await typed("addr del 10.0.0.1/24 dev br0", "n1");
      for (const words of ["10.0.0.2/24", "10.0.0.1/24"]) await typed(`addr replace ${words} dev br0`, "n1");
      expect((await stack.refresh()).operations).to.deep.equal({ lab: "update" });
      expect((await stack.up(lab())).operations).to.deep.equal({ lab: "update" });
      expect(await order()).to.deep.equal(FRESH);
      expect(await typed("route show default", "n1")).to.include("via 10.0.0.9");
      expect((await stack.refresh()).operations).to.deep.equal({});
    });

    it("refuse arguments that a loopback cannot have", async () => {
      const { message } = await errorOf(stack.preview(lab({ mtu: 9000 })));
      expect(message.replace(/\s+/g, " "))
        .to.include("interfaces.lo.mtu")
        .and.include("does not apply to lo, which takes `addresses` only: leave it out");
    });
  });
});
