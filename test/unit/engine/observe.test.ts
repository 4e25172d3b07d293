import { expect } from "chai";
import { runRemoval } from "../../../provider/engine/observe";
import { type Answer, type Command, ip } from "../../../provider/linux/command";
import type { Plan } from "../../../provider/linux/plan";
import { absent, FakeHost } from "../../support/fakeHost";
import { rejection } from "../../support/rejection";

const commands = ["one", "two", "three"].map((word) => ip(undefined, word));

describe("observe", () => {
  describe("runRemoval", () => {
    it("counts missing objects as removed", async () => {
      const host = new FakeHost({ "ip two": absent });
      await runRemoval(host, commands);
      expect(host.ran).to.deep.equal(["ip one", "ip two", "ip three"]);
    });

    it("passes every other failure on", async () => {
      const host = new FakeHost({ "ip two": { fails: "InUse" } });
      expect(await rejection(runRemoval(host, commands))).to.equal("in use: `ip two`\nit InUse");
    });

    it("runs a plan", async () => {
      const host = new FakeHost({ "ip one": "1", "ip two": absent, "ip three": "3" });
      const heard: (readonly Answer[])[] = [];
      function* plan([one, two, three]: readonly Command[]): Plan {
        if (!one || !two || !three) return;
        heard.push(yield [one, two]);
        heard.push(yield [three]);
        heard.push(yield []);
      }
      await runRemoval(host, plan(commands));
      expect(heard).to.deep.equal([["1", undefined], ["3"], []]);
      expect(host.ran).to.deep.equal(["ip one", "ip two", "ip three"]);
    });
  });
});
