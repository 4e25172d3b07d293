import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { serialized } from "../../../provider/engine/serialize";
import { bridge } from "../../../provider/kinds/bridge";
import { FakeHost } from "../../support/fakeHost";

const withoutObjects: Definition = { ...bridge, claims: () => [] };
const withKeys: Definition = { ...withoutObjects, serialize: ({ table }) => String(table) };

/** Work that says when it starts and ends. Its time is counted in turns of the event loop, so that a busy machine changes nothing. */
function workshop() {
  const log: string[] = [];
  const work =
    (name: string, turns: number, fails = false) =>
    async () => {
      log.push(`${name} starts`);
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      log.push(`${name} ends`);
      if (fails) throw new Error(`${name} failed`);
      return name;
    };
  return { log, work };
}

const host = new FakeHost();

describe("lock", () => {
  it("runs operations of one key one after the other, in the order they came", async () => {
    const { log, work } = workshop();
    const key: Args = { table: "a" };
    const results = await Promise.all([
      serialized(withKeys, host, key, work("first", 9)),
      serialized(withKeys, host, key, work("second", 3)),
      serialized(withKeys, host, key, work("third", 0)),
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
    const withMany: Definition = {
      ...withoutObjects,
      serialize: ({ tables }) => [tables].flat().map(String),
    };
    await Promise.all([
      serialized(withMany, host, { tables: ["d"] }, work("d", 12)),
      serialized(withMany, host, { tables: ["e"] }, work("e", 3)),
      serialized(withMany, host, { tables: ["e", "d"] }, work("both", 1)),
      serialized(withMany, host, { tables: ["d", "e"] }, work("both again", 1)),
      serialized(withMany, host, { tables: ["e"] }, work("e again", 1)),
    ]);
    expect(log).to.deep.equal([
      ...["d starts", "e starts", "e ends", "d ends", "both starts", "both ends"],
      ...["both again starts", "both again ends", "e again starts", "e again ends"],
    ]);
  });

  it("lets other keys, and kinds without any, run beside", async () => {
    const { log, work } = workshop();
    await Promise.all([
      serialized(withKeys, host, { table: "b" }, work("b", 15)),
      serialized(withKeys, host, { table: "c" }, work("c", 8)),
      serialized(withoutObjects, host, { table: "b" }, work("free", 1)),
    ]);
    expect(log).to.deep.equal(["free starts", "b starts", "c starts", "free ends", "c ends", "b ends"]);
  });

  it("runs operations on one object one after the other", async () => {
    const { log, work } = workshop();
    await Promise.all([
      serialized(bridge, host, { name: "br0", mark: "the old owner" }, work("old", 3)),
      serialized(bridge, host, { name: "br0", mark: "the new owner" }, work("new", 1)),
      serialized(bridge, host, { name: "br0", namespace: "red" }, work("elsewhere", 9)),
      serialized(bridge, new FakeHost({}, "elsewhere"), { name: "br0" }, work("on another host", 12)),
    ]);
    expect(log).to.deep.equal([
      ...["old starts", "elsewhere starts", "on another host starts", "old ends", "new starts", "new ends"],
      ...["elsewhere ends", "on another host ends"],
    ]);
  });

  it("goes on after a failure, which only its own caller sees", async () => {
    const { log, work } = workshop();
    const results = await Promise.allSettled([
      serialized(withKeys, host, { table: "d" }, work("first", 3, true)),
      serialized(withKeys, host, { table: "d" }, work("second", 0)),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
    expect(log).to.deep.equal(["first starts", "first ends", "second starts", "second ends"]);
  });

  it("starts afresh once all are done", async () => {
    const { log, work } = workshop();
    await serialized(withKeys, host, { table: "e" }, work("first", 0));
    await serialized(withKeys, host, { table: "e" }, work("second", 0));
    expect(log).to.deep.equal(["first starts", "first ends", "second starts", "second ends"]);
  });
});
