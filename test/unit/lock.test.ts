import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Args, Definition } from "../../provider/definition";
import { serialized } from "../../provider/lock";
import { bridge } from "../../provider/resources/bridge";

const withKeys: Definition = { ...bridge, serialize: ({ table }) => String(table) };

/** Work that says when it starts and ends. */
function workshop() {
  const log: string[] = [];
  const work =
    (name: string, milliseconds: number, fails = false) =>
    async () => {
      log.push(`${name} starts`);
      await sleep(milliseconds);
      log.push(`${name} ends`);
      if (fails) throw new Error(`${name} failed`);
      return name;
    };
  return { log, work };
}

describe("lock", () => {
  it("runs operations of one key one after the other, in the order they came", async () => {
    const { log, work } = workshop();
    const key: Args = { table: "a" };
    const results = await Promise.all([
      serialized(withKeys, key, work("first", 9)),
      serialized(withKeys, key, work("second", 3)),
      serialized(withKeys, key, work("third", 0)),
    ]);
    expect(results).to.deep.equal(["first", "second", "third"]);
    expect(log).to.deep.equal([
      "first starts",
      "first ends",
      "second starts",
      "second ends",
      "third starts",
      "third ends",
    ]);
  });

  it("runs operations of several keys after all that have one of them, and before those that come later", async () => {
    const { log, work } = workshop();
    const withMany: Definition = { ...bridge, serialize: ({ tables }) => [tables].flat().map(String) };
    await Promise.all([
      serialized(withMany, { tables: ["d"] }, work("d", 12)),
      serialized(withMany, { tables: ["e"] }, work("e", 3)),
      serialized(withMany, { tables: ["e", "d"] }, work("both", 1)),
      serialized(withMany, { tables: ["d", "e"] }, work("both again", 1)),
      serialized(withMany, { tables: ["e"] }, work("e again", 1)),
    ]);
    expect(log).to.deep.equal([
      ...["d starts", "e starts", "e ends", "d ends", "both starts", "both ends"],
      ...["both again starts", "both again ends", "e again starts", "e again ends"],
    ]);
  });

  it("lets other keys, and kinds without any, run beside", async () => {
    const { log, work } = workshop();
    await Promise.all([
      serialized(withKeys, { table: "b" }, work("b", 15)),
      serialized(withKeys, { table: "c" }, work("c", 8)),
      serialized(bridge, { table: "b" }, work("free", 1)),
    ]);
    expect(log).to.deep.equal(["free starts", "b starts", "c starts", "free ends", "c ends", "b ends"]);
  });

  it("goes on after a failure, which only its own caller sees", async () => {
    const { log, work } = workshop();
    const results = await Promise.allSettled([
      serialized(withKeys, { table: "d" }, work("first", 3, true)),
      serialized(withKeys, { table: "d" }, work("second", 0)),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
    expect(log).to.deep.equal(["first starts", "first ends", "second starts", "second ends"]);
  });

  it("starts afresh once all are done", async () => {
    const { log, work } = workshop();
    await serialized(withKeys, { table: "e" }, work("first", 0));
    await serialized(withKeys, { table: "e" }, work("second", 0));
    expect(log).to.deep.equal(["first starts", "first ends", "second starts", "second ends"]);
  });
});
