import { expect } from "chai";
import { ask, runAll, runRemoval } from "../../../provider/engine/observe";
import { type Answer, type Command, ip, type Steps } from "../../../provider/linux/command";
import { absent, FakeHost } from "../../support/fakeHost";

const commands = ["one", "two", "three"].map((word) => ip(undefined, word));

/** The error of a promise that must fail. */
async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it did not fail");
}

describe("observe", () => {
  describe("ask", () => {
    it("returns every answer in order, undefined for a missing object", async () => {
      const host = new FakeHost({ "ip one": "1", "ip two": absent, "ip three": "" });
      expect(await ask(host, commands)).to.deep.equal(["1", undefined, ""]);
      expect(host.ran).to.deep.equal(["ip one", "ip two", "ip three"]);
    });

    it("passes every other failure on", async () => {
      const host = new FakeHost({ "ip two": { fails: "NotPermitted" } });
      expect(await failure(ask(host, commands))).to.equal(
        "not permitted: run as root, or inside `pulumi-netns sandbox`: `ip two`\nit NotPermitted",
      );
    });
  });

  describe("runAll", () => {
    it("runs in order and stops at the first failure, absence too", async () => {
      const host = new FakeHost({ "ip two": absent });
      expect(await failure(runAll(host, commands))).to.equal("not found: `ip two`\nit NotFound");
      expect(host.ran).to.deep.equal(["ip one", "ip two"]);
    });
  });

  describe("runRemoval", () => {
    it("counts missing objects as removed", async () => {
      const host = new FakeHost({ "ip two": absent });
      await runRemoval(host, commands);
      expect(host.ran).to.deep.equal(["ip one", "ip two", "ip three"]);
    });

    it("passes every other failure on", async () => {
      const host = new FakeHost({ "ip two": { fails: "InUse" } });
      expect(await failure(runRemoval(host, commands))).to.equal("in use: `ip two`\nit InUse");
    });

    it("runs steps with the answers to each", async () => {
      const host = new FakeHost({ "ip one": "1", "ip two": absent, "ip three": "3" });
      const heard: (readonly Answer[])[] = [];
      function* plan([one, two, three]: readonly Command[]): Steps {
        if (!one || !two || !three) return;
        heard.push(yield [one, two]);
        heard.push(yield [three]);
        heard.push(yield []);
      }
      await runRemoval(host, plan(commands));
      expect(heard).to.deep.equal([["1", undefined], ["3"], []]);
      expect(host.ran).to.deep.equal(["ip one", "ip two", "ip three"]);
    });

    it("lets steps clean up when one fails, and passes the failure on", async () => {
      const host = new FakeHost({ "ip one": { fails: "InUse" } });
      function* plan([one, two]: readonly Command[]): Steps {
        try {
          if (one) yield [one];
        } finally {
          if (two) yield [two];
        }
      }
      expect(await failure(runRemoval(host, plan(commands)))).to.equal("in use: `ip one`\nit InUse");
      expect(host.ran).to.deep.equal(["ip one", "ip two"]);
    });
  });
});
