import { expect } from "chai";
import { execa } from "execa";
import { NatRule } from "../../sdk";
import { ProgramStack } from "../support/programStack";
import { snapshot } from "../support/snapshot";

/** What keeps a rule from working, though it is made: a person sees it, and the run succeeds. */
describe("caveats", function () {
  this.timeout(60_000);
  const legacy = (verb: string) =>
    execa("iptables-legacy", ["-t", "nat", verb, "POSTROUTING", "-o", "eth9", "-j", "MASQUERADE"]);
  let clean: object;
  let stack: ProgramStack;

  before(async () => {
    clean = await snapshot();
    await legacy("-A");
    stack = await ProgramStack.of("caveats");
  });
  after(async () => {
    await stack.remove();
    await legacy("-D");
    expect(await snapshot()).to.deep.equal(clean);
  });

  it("are printed once, however many rules there are", async () => {
    const { operations, text } = await stack.up(() => {
      for (const net of ["10.7.0.0/24", "10.8.0.0/24"]) new NatRule(net, { kind: "masquerade", source: net });
    });
    expect(operations).to.deep.include({ "10.7.0.0/24": "create", "10.8.0.0/24": "create" });
    expect(
      text.split("Diagnostics:")[1]?.match(/warning: iptables-legacy has 1 NAT rule in/g),
    ).to.have.length(1);
  });
});
