import { expect } from "chai";
import { Address, Namespace, Reachability, VethPair } from "../../sdk";
import { errorOf } from "../support/kernel";
import { ProgramStack } from "../support/programStack";
import { snapshot } from "../support/snapshot";
import { type } from "./drift/row";

/** Two rooms and a cable, and the proof that one reaches the other. */
const rooms =
  ({ prefix = 24, mtu = 1500, triggers = [] as string[] } = {}) =>
  () => {
    const red = new Namespace("red");
    const blue = new Namespace("blue");
    const cable = new VethPair("cable", {
      end: { name: "veth-red", namespace: red, mtu },
      peer: { name: "veth-blue", namespace: blue, mtu },
    });
    new Address("red-ip", { interface: cable.end, address: `192.168.15.1/${prefix}` });
    const { ip } = new Address("blue-ip", { interface: cable.peer, address: "192.168.15.2/24" });
    new Reachability("proof", { namespace: red, target: ip, retries: 1, triggers });
  };

describe("Reachability, through the real engine", function () {
  this.timeout(120_000);
  let clean: object;
  let stack: ProgramStack;

  before(async () => {
    clean = await snapshot();
    stack = await ProgramStack.of("proof");
  });
  after(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  it("sends nothing in a preview, even if the network does not exist", async () => {
    const { operations } = await stack.preview(rooms({ prefix: 32 }));
    expect(operations["proof"]).to.equal("create");
  });

  it("fails a run whose network packets cannot pass, with cause and fix", async () => {
    const said = (await errorOf(stack.up(rooms({ prefix: 32 })))).message;
    expect(said).to.include(
      "red does not reach 192.168.15.2 by ping (ping 192.168.15.2: Network is unreachable)",
    );
    expect(said.replace(/\s+/g, " ")).to.include(
      'packets die at red: its address 192.168.15.1/32 covers no network, so 192.168.15.2 is not a neighbour, although it is on the same Ethernet; change Address "red-ip" of proof/test to 192.168.15.1/24',
    );
  });

  it("passes once that is fixed", async () => {
    expect((await stack.up(rooms())).operations).to.deep.equal({ "red-ip": "replace", proof: "create" });
    expect((await stack.up(rooms())).operations).to.deep.equal({});
  });

  it("checks again if a dependency changes", async () => {
    expect((await stack.up(rooms({ mtu: 1400 }))).operations).to.deep.equal({
      cable: "update",
      proof: "update",
    });
  });

  it("checks again if a trigger changes", async () => {
    const program = rooms({ mtu: 1400, triggers: ["v2"] });
    expect((await stack.up(program)).operations).to.deep.equal({ proof: "update" });
  });

  it("checks again if a change that made it fail is reverted", async () => {
    const before = rooms({ mtu: 1400, triggers: ["v2"] });
    await type("ip -n blue link set dev veth-blue down");
    for (const program of [rooms({ mtu: 1400, triggers: ["v3"] }), before]) {
      const said = (await errorOf(stack.up(program))).message;
      expect(said).to.include("red does not reach 192.168.15.2 by ping");
    }
    await type("ip -n blue link set dev veth-blue up");
    expect((await stack.up(before)).operations).to.deep.equal({ proof: "update" });
    expect((await stack.up(before)).operations).to.deep.equal({});
  });

  it("disappears from the state at a refresh if it fails, and is checked again after the fix", async () => {
    const program = rooms({ mtu: 1400, triggers: ["v2"] });
    expect((await stack.refresh()).operations).to.deep.equal({});
    await type("ip -n blue link set dev veth-blue down");
    expect((await stack.refresh()).operations).to.deep.equal({ cable: "update", proof: "delete" });
    const fixes = { cable: "update", proof: "create" };
    expect((await stack.preview(program)).operations).to.deep.equal(fixes);
    expect((await stack.up(program)).operations).to.deep.equal(fixes);
  });
});
