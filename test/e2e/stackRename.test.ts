import { expect } from "chai";
import { localHost } from "../../provider/linux/host/local/localHost";
import { Address, Bridge, Namespace, NatRule, Node, Route, Sysctl, VethPair } from "../../sdk";
import { typed } from "../support/kernel";
import { type Program, ProgramStack } from "../support/programStack";
import { snapshot } from "../support/snapshot";

const program: Program = () => {
  const room = new Namespace("room");
  const lan = new Bridge("lan", { namespace: room, mac: "02:00:00:00:00:01" });
  new VethPair("cable", { end: { name: "port", namespace: room, bridge: lan }, peer: { name: "uplink" } });
  const { ip } = new Address("ip", { interface: lan, address: "10.9.0.1/24" });
  new Route("far", { namespace: room, destination: "10.10.0.0/24", via: "10.9.0.9" });
  new Sysctl("forwarding", { namespace: room, key: "net.ipv4.ip_forward", value: 1 });
  new NatRule("out", { namespace: room, kind: "snat", source: "10.9.0.0/24", outInterface: "port", to: ip });
  new Node("web", {
    interfaces: { eth0: { addresses: ["10.8.0.2/24"], peer: { name: "web0", addresses: ["10.8.0.1/24"] } } },
    routes: [{ destination: "default", via: "10.8.0.1" }],
  });
};

describe("pulumi stack rename", function () {
  this.timeout(120_000);
  let clean: object;
  let stack: ProgramStack;

  before(async () => {
    clean = await snapshot();
    stack = await ProgramStack.of("renamed");
    await stack.up(program);
  });
  after(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  const indexes = async () => {
    const links = await Promise.all([undefined, "room", "web"].map((place) => typed("-o link", place)));
    return links.map((text) => text.split("\n").map((line) => line.split(":").slice(0, 2).join(":")));
  };

  it("changes all marks in place, and nothing else", async () => {
    const before = await indexes();
    await stack.rename("other");
    const { operations } = await stack.up(program);
    expect(new Set(Object.values(operations))).to.deep.equal(new Set(["update"]));
    expect(await indexes()).to.deep.equal(before);
    expect((await stack.refresh()).operations).to.deep.equal({});
    expect((await stack.up(program)).operations).to.deep.equal({});
  });

  it("leaves no mark and no record of the old name", async () => {
    const marks = (await localHost.records.list()).map(({ mark }) => mark);
    expect(marks).to.not.be.empty;
    const links = await Promise.all([undefined, "room", "web"].map((place) => typed("-d link", place)));
    const rules = await localHost.run({ tool: "nft", namespace: "room", args: ["list", "ruleset"] });
    expect([...marks, ...links, rules].join("\n"))
      .to.include("renamed/other")
      .and.not.include("renamed/test");
  });
});
