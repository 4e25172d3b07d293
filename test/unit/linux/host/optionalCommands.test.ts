import { expect } from "chai";
import { command } from "../../../../provider/linux/command";
import { CommandError, type Reason } from "../../../../provider/linux/errors";
import { optionalCommands } from "../../../../provider/linux/host/optionalCommands";
import { errorOf } from "../../../support/kernel";

const plain = command("conntrack", undefined, ["-D"]);

async function outcome(reason: Reason, mayFail?: string) {
  const told: string[] = [];
  const fail = async () => {
    throw new CommandError(reason, plain, "as the test wants it");
  };
  const run = optionalCommands(fail, (text) => told.push(text));
  return { told, run: () => run({ ...plain, ...(mayFail !== undefined && { mayFail }) }) };
}

describe("a command that may fail", () => {
  for (const [reason, word] of [
    ["ToolMissing", "not installed"],
    ["Unsupported", "not supported"],
  ] as const) {
    it(`returns nothing, with a message: ${reason}`, async () => {
      const { told, run } = await outcome(reason, "nobody counts");
      expect(await run()).to.equal("");
      expect(told).to.deep.equal([`${word}: conntrack; nobody counts`]);
    });
  }

  it("prints nothing if it has found nothing, or if there is nothing to report", async () => {
    for (const [reason, mayFail] of [
      ["NotFound", "nobody counts"],
      ["ToolMissing", ""],
    ] as const) {
      const { told, run } = await outcome(reason, mayFail);
      expect(await run()).to.equal("");
      expect(told).to.deep.equal([]);
    }
  });

  it("fails for all other reasons, and without permission for any", async () => {
    for (const [reason, mayFail] of [
      ["NotPermitted", "x"],
      ["Failed", "x"],
      ["Timeout", ""],
      ["NotFound", undefined],
    ] as const) {
      const { told, run } = await outcome(reason, mayFail);
      expect(await errorOf(run())).to.be.instanceOf(CommandError);
      expect(told).to.deep.equal([]);
    }
  });
});
