import { expect } from "chai";
import { execa } from "execa";
import { Address, Bridge, Namespace, Node, Route, VethPair } from "../../sdk";
import { errorOf, link, linkNames } from "../support/kernel";
import { ProgramStack } from "../support/programStack";
import { snapshot } from "../support/snapshot";

const shared = (bridge: string, deleteForeign?: boolean) => () => {
  const namespace = new Namespace("shared", { ...(deleteForeign !== undefined && { deleteForeign }) });
  const net = new Bridge("br-a", { name: bridge, namespace });
  new Address("ga", { interface: net, address: "10.1.0.1/24" });
  new Node("e2e-node", { interfaces: { eth0: {} } });
};

const guest = () => {
  const own = new Namespace("bns");
  const cable = new VethPair("cb", {
    end: { name: "eth0", namespace: own },
    peer: { name: "toB", namespace: "shared", bridge: "br-a" },
  });
  const ip = new Address("ba", { interface: "toB", namespace: "shared", address: "10.2.0.1/24" });
  new Address("bc", { interface: cable.end, address: "10.2.0.2/24" });
  new Route(
    "br",
    { namespace: "shared", destination: "10.99.0.0/16", via: "10.2.0.2" },
    { dependsOn: [ip, cable] },
  );
};

/** One stack's cable, address and route in another stack's namespace and bridge, in a program that writes aliases. */
describe("objects of others in a stack's namespace or bridge", function () {
  this.timeout(240_000);
  let clean: object;
  let host: ProgramStack;
  let other: ProgramStack;

  before(async () => {
    clean = await snapshot();
    host = await ProgramStack.of("foreign-a");
    other = await ProgramStack.of("foreign-b");
    await host.up(shared("br-a"));
    await other.up(guest);
  });
  after(async () => {
    await other.remove();
    await host.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  it("stay, and the error names them: a bridge is replaced, a stack destroyed", async () => {
    const replaced = await errorOf(host.up(shared("br-c")));
    expect(replaced.message)
      .to.include("cannot delete link br-a in shared: others would lose what belongs to them")
      .and.include('link toB in shared of VethPair "cb" of the stack foreign-b/test');
    const destroyed = await errorOf(host.destroy());
    expect(destroyed.message)
      .to.include("cannot delete namespace shared: others would lose what belongs to them")
      .and.include('of Route "br" of the stack foreign-b/test')
      .and.include("set `deleteForeign: true` and run `pulumi up` before the deletion");
    expect(await linkNames("shared")).to.include("toB");
    expect((await other.refresh()).operations).to.deep.equal({});
    expect([...(await host.urns()).keys()]).to.include("shared");
    // The refused resource is still in the state, and the rest is created again.
    await host.up(shared("br-a"));
    expect(await link("br-a", "shared")).to.not.equal(undefined);
  });

  it("an alias over a mark is drift of single kinds and of parts, and up restores the mark", async () => {
    const places = [
      ["lo", "shared"],
      ["br-a", "shared"],
      ["lo", "e2e-node"],
      ["eth0", "e2e-node"],
    ] as const;
    const aliases = () =>
      Promise.all(places.map(async ([name, where]) => (await link(name, where))?.ifalias));
    const before = await aliases();
    for (const [name, where] of places)
      await execa("ip", ["-n", where, "link", "set", "dev", name, "alias", "Gi0/1 sw1"]);
    await host.refresh();
    expect((await host.up(shared("br-a"))).operations).to.deep.equal({
      shared: "update",
      "br-a": "update",
      "e2e-node": "update",
    });
    expect(await aliases()).to.deep.equal(before);
  });

  it("go once that is allowed", async () => {
    await host.up(shared("br-a", true));
    await host.destroy();
    await other.refresh();
  });
});
