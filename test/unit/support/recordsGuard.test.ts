import { expect } from "chai";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { FileRecords } from "../../../provider/linux/host/records";
import { errorOf } from "../../support/kernel";
import { guard } from "../../support/recordsGuard";

describe("the machine's own records", () => {
  const key = { kind: "Route", id: "default", namespace: undefined };

  it("are out of reach of every test outside a sandbox", async () => {
    const isRefused = await localHost.records.find(key).then(
      () => false,
      () => true,
    );
    expect(isRefused).to.equal(process.env["PULUMI_NETNS_SANDBOX"] === undefined);
  });

  it("are out of reach by every method once guarded", async () => {
    const records = new FileRecords("/nonexistent");
    guard({ ...localHost, records });
    const record = { mark: "m", args: {} };
    for (const work of [
      records.find(key),
      records.save(key, record),
      records.drop(key, "m"),
      records.dropAll("red"),
      records.within("red"),
      records.list(),
    ]) {
      expect((await errorOf(work)).message).to.include("records of this machine");
    }
  });
});
