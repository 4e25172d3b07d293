import { expect } from "chai";
import { command } from "../../../../provider/linux/command";
import { CommandError, type Reason } from "../../../../provider/linux/errors";
import { retryRaces } from "../../../../provider/linux/host/retryRaces";
import { errorOf } from "../../../support/kernel";

const plain = command("conntrack", undefined, ["-D"]);

/** A host on which a command fails a number of times. It counts the attempts. */
function failing(times: number, reason: Reason) {
  const host = { runs: 0 };
  const run = retryRaces(async () => {
    if (++host.runs <= times) throw new CommandError(reason, plain, "as the test wants it");
    return "done";
  });
  return { host, run: () => run(plain) };
}

describe("a command that races with something else", () => {
  it("runs again", async () => {
    const { host, run } = failing(3, "Raced");
    expect(await run()).to.equal("done");
    expect(host.runs).to.equal(4);
  });

  it("gives up if that never ends", async () => {
    const { host, run } = failing(1000, "Raced");
    expect(await errorOf(run())).to.have.property("reason", "Raced");
    expect(host.runs).to.equal(50);
  });

  it("does not run again after its own failure", async () => {
    for (const reason of ["Failed", "NotFound", "Timeout"] as const) {
      const { host, run } = failing(1, reason);
      expect(await errorOf(run())).to.have.property("reason", reason);
      expect(host.runs).to.equal(1);
    }
  });
});
