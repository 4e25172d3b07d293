import { expect } from "chai";
import { type Answer, type Command, command, ip } from "../../../../provider/linux/command";
import { ask, runAll, runPlan } from "../../../../provider/linux/host/runPlan";
import { attempt, type Outcome, type Plan, wait } from "../../../../provider/linux/plan";
import { absent, FakeHost } from "../../../support/fakeHost";
import { rejection } from "../../../support/rejection";

const commands = ["one", "two", "three"].map((word) => ip(undefined, word));

describe("runPlan", () => {
  describe("ask", () => {
    it("returns every answer in order, undefined for what does not exist", async () => {
      const host = new FakeHost({ "ip one": "1", "ip two": absent, "ip three": "" });
      expect(await ask(host, commands)).to.deep.equal(["1", undefined, ""]);
      expect(host.ran).to.deep.equal(["ip one", "ip two", "ip three"]);
    });

    it("throws every other failure", async () => {
      const host = new FakeHost({ "ip two": { fails: "NotPermitted" } });
      expect(await rejection(ask(host, commands))).to.equal(
        "not permitted: run as root, or inside `pulumi-netns sandbox`: `ip two`\nit NotPermitted",
      );
    });
  });

  describe("runAll", () => {
    it("runs in order and stops at the first failure, absence too", async () => {
      const host = new FakeHost({ "ip two": absent });
      expect(await rejection(runAll(host, commands))).to.equal("not found: `ip two`\nit NotFound");
      expect(host.ran).to.deep.equal(["ip one", "ip two"]);
    });
  });

  it("passes the answers to each step into the plan, and returns its result", async () => {
    const host = new FakeHost({ "ip one": "1", "ip two": absent, "ip three": "3" });
    function* plan([one, two, three]: readonly Command[]): Plan<(readonly Answer[])[]> {
      if (!one || !two || !three) return [];
      return [yield [one, two], yield wait(1000), yield [three], yield []];
    }
    expect(await runPlan(host, plan(commands))).to.deep.equal([["1", undefined], [], ["3"], []]);
    expect(host.ran).to.deep.equal(["ip one", "ip two", "sleep 1", "ip three"]);
  });

  it("lets a plan restore something when a step fails, and passes the failure on", async () => {
    const host = new FakeHost({ "ip one": { fails: "InUse" } });
    function* plan([one, two]: readonly Command[]): Plan {
      try {
        if (one) yield [one];
      } finally {
        if (two) yield [two];
      }
    }
    expect(await rejection(runPlan(host, plan(commands)))).to.equal("in use: `ip one`\nit InUse");
    expect(host.ran).to.deep.equal(["ip one", "ip two"]);
  });

  describe("attempt", () => {
    it("returns failures as outcomes", async () => {
      const host = new FakeHost({ "ip one": "1", "ip two": absent, "ip three": { fails: "NotPermitted" } });
      const outcomes: readonly Outcome[] = [
        { isOk: true, text: "1" },
        { isOk: false, reason: "NotFound", stderr: "it NotFound" },
        { isOk: false, reason: "NotPermitted", stderr: "it NotPermitted" },
      ];
      expect(await runPlan(host, attempt(commands))).to.deep.equal(outcomes);
    });

    it("throws if this process lacks the rights to look, unless the plan expects that", async () => {
      const listing = command("nft", undefined, ["list", "ruleset"]);
      const host = new FakeHost({ nft: { fails: "NotPermitted" } });
      expect(await rejection(runPlan(host, attempt([listing])))).to.match(/^not permitted: run as root/);
      expect(await runPlan(host, attempt([listing], false))).to.deep.equal([
        { isOk: false, reason: "NotPermitted", stderr: "it NotPermitted" },
      ]);
    });
  });
});
