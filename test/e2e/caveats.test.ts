import { expect } from "chai";
import { execa } from "execa";
import { NatRule } from "../../sdk";
import { without } from "../faults/hidden";
import { ProgramStack, type Run } from "../support/programStack";
import { snapshot } from "../support/snapshot";

/** A created rule that cannot work yet: the person gets one warning, and the run succeeds. */
describe("caveats", () => {
  const nets = ["10.7.0.0/24", "10.8.0.0/24"];
  let clean: object;
  let stack: ProgramStack;

  beforeEach(async () => {
    clean = await snapshot();
    stack = await ProgramStack.of("caveats");
  });
  afterEach(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  const up = () =>
    stack.up(() => {
      for (const net of nets) new NatRule(net, { kind: "masquerade", source: net });
    });

  function expectWarning({ operations, text }: Run, warning: string): void {
    for (const net of nets) expect(operations[net]).to.equal("create");
    const told = (text.split("Diagnostics:")[1] ?? "")
      .split("\n")
      .filter((line) => line.includes("warning: "));
    expect(told.map((line) => line.trim())).to.deep.equal([`warning: ${warning}`]);
  }

  it("rules of iptables-legacy beside ours", async () => {
    const legacy = (verb: string) =>
      execa("iptables-legacy", ["-t", "nat", verb, "POSTROUTING", "-o", "eth9", "-j", "MASQUERADE"]);
    await legacy("-A");
    expectWarning(
      await up(),
      "iptables-legacy has 1 NAT rule in the host's own namespace, which is asked as well, maybe before ours: see `iptables-legacy -t nat -S`, and keep to one of the two",
    );
    await legacy("-D");
  });

  it("conntrack not installed", async () => {
    expectWarning(
      await without("conntrack", process.env["PATH"] ?? "", up),
      "not installed: conntrack; without it, connections of udp and ping that are open keep the translation they had",
    );
  });
});
