import { expect } from "chai";
import { Address, Neighbor, Node, Route, Topology, VethPair } from "../../sdk";
import { errorOf, onKernel, typed } from "../support/kernel";
import { type Program, ProgramStack } from "../support/programStack";

/*
 *   n1  e ─────── hx   (host, or n2)          br (host) ─── qb ── q  n2
 *
 * Everything except the last cable is a Topology. Its dependents are separate resources.
 */
const mac = "02:00:00:00:00:01";
interface Shape {
  /** The place of the cable's far end. */
  readonly far?: object;
  /** Whether the bridge takes its MTU from its ports. */
  readonly follows?: boolean;
  readonly hasCable?: boolean;
  /** Whether a part cannot be created. */
  readonly isBlocked?: boolean;
  readonly hasRest?: boolean;
}

const around =
  ({ far = {}, follows = false, hasCable = true, isBlocked = false, hasRest = true }: Shape = {}): Program =>
  () => {
    const e = { peer: { name: "hx", ...far } };
    new Topology("t", {
      bridges: { br: follows ? {} : { mtu: 1400 } },
      nodes: {
        n2: {},
        ...(isBlocked && { n3: { interfaces: { e: { peer: { name: "it-blocked" } } } } }),
        n1: { interfaces: hasCable ? { e } : {} },
      },
    });
    if (!hasRest) return;
    new Address("ad", { namespace: "n1", interface: "e", address: "10.0.0.9/24" });
    new Route("r", { namespace: "n1", destination: "10.5.0.0/16", via: "10.0.0.7" });
    new Neighbor("nb", { namespace: "n1", interface: "e", address: "10.0.0.1", lladdr: mac });
    new Address("ad2", { interface: "br", address: "10.1.0.9/24" });
    new VethPair("vp", { end: { namespace: "n2", name: "q" }, peer: { name: "qb", bridge: "br" } });
    new Address("q4", { namespace: "n2", interface: "q", address: "10.1.0.7/24" });
  };

/** The objects of it that exist, in words. */
async function there() {
  const inN1 = await typed("-o -4 addr show dev e", "n1");
  return {
    address: /10\.0\.0\.9\/24/.test(inN1),
    route: /via 10\.0\.0\.7/.test(await typed("route show", "n1")),
    neighbour: /10\.0\.0\.1 .*PERMANENT/.test(await typed("neigh show", "n1")),
    bridge: /10\.1\.0\.9\/24/.test(await typed("-o -4 addr show dev br")),
    port: / master br /.test(await typed("-o link show dev qb")),
    inside: /10\.1\.0\.7\/24/.test(await typed("-o -4 addr show dev q", "n2")),
  };
}
const ALL = { address: true, route: true, neighbour: true, bridge: true, port: true, inside: true };

describe("dependents of a part of a Topology or Node", function () {
  this.timeout(120_000);
  onKernel();

  describe("that is recreated", () => {
    let stack: ProgramStack;
    before(async () => {
      stack = await ProgramStack.of("remade");
    });
    after(async () => {
      await stack.remove();
    });

    it("are replaced with the cable, as the preview says", async () => {
      await stack.up(around());
      expect(await there()).to.deep.equal(ALL);
      const moved = around({ far: { namespace: "n2" } });
      const operations = { t: "update", ad: "replace", r: "replace", nb: "replace" };
      expect((await stack.preview(moved)).operations).to.deep.equal(operations);
      const { text } = await stack.preview(moved);
      expect(text).to.match(/remade *: "link e in n1"/);
      expect((await stack.up(moved)).operations).to.deep.equal(operations);
      expect(await there()).to.deep.equal(ALL);
      expect((await stack.up(moved)).operations).to.deep.equal({});
      expect((await stack.refresh()).operations).to.deep.equal({});
    });

    it("are replaced with the bridge, including cables on it", async () => {
      const follows = around({ far: { namespace: "n2" }, follows: true });
      const operations = { t: "update", ad2: "replace", vp: "replace", q4: "replace" };
      expect((await stack.preview(follows)).operations).to.deep.equal(operations);
      expect((await stack.up(follows)).operations).to.deep.equal(operations);
      expect(await there()).to.deep.equal(ALL);
      expect((await stack.up(follows)).operations).to.deep.equal({});
    });

    it("are reported as possibly deleted if the run fails half-way", async () => {
      await typed("link add it-blocked type bridge");
      const back = { far: { namespace: "n2" }, follows: false };
      await stack.up(around(back));
      const said = (await errorOf(stack.up(around({ ...back, follows: true, isBlocked: true })))).message;
      expect(said.replace(/\s+/g, " ")).to.include(
        "other resources may have lost objects on link br: run `pulumi up --refresh`",
      );
      await typed("link del it-blocked");
      await stack.refresh();
      await stack.up(around({ ...back, follows: true }));
      expect(await there()).to.deep.equal(ALL);
    });

    it("stop the preview if the cable is removed, and are deleted if they are removed as well", async () => {
      const without = { far: { namespace: "n2" }, follows: true, hasCable: false };
      const said = (await errorOf(stack.preview(around(without)))).message;
      expect(said.replace(/\s+/g, " ")).to.include(
        'needs link e in n1, which Topology "t" deletes. Remove this from the program too, or restore that',
      );
      expect(await there()).to.deep.equal(ALL);
      await stack.up(around({ ...without, hasRest: false }));
      expect(await typed("-o link show", "n1")).to.not.include(" e");
    });
  });

  describe("of a Node on which another one depends", () => {
    let stack: ProgramStack;
    before(async () => {
      stack = await ProgramStack.of("remade-node");
    });
    after(async () => {
      await stack.remove();
    });

    const nodes =
      (mtu?: number): Program =>
      () => {
        new Topology("t", { bridges: { br: { ...(mtu !== undefined && { mtu }) } } });
        new Node("n1", { interfaces: { eth0: { peer: { bridge: "br" }, addresses: ["10.0.0.1/24"] } } });
      };

    it("are restored in place", async () => {
      await stack.up(nodes(1400));
      expect((await stack.up(nodes())).operations).to.deep.equal({ t: "update", n1: "update" });
      expect(await typed("-o link show dev n1-eth0")).to.include(" master br ");
      expect(await typed("-o -4 addr show dev eth0", "n1")).to.include("10.0.0.1/24");
      expect((await stack.up(nodes())).operations).to.deep.equal({});
      expect((await stack.refresh()).operations).to.deep.equal({});
    });
  });
});
