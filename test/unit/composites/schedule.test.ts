import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { inOrder, queues, reversed } from "../../../provider/composites/schedule";

const item = (key: string, ...on: string[]) => ({ key, on });

/** Records beginnings and ends; the work named by `failing` fails. */
function recorder(failing: readonly string[] = []) {
  const log: string[] = [];
  const work = async ({ key }: { key: string }) => {
    log.push(`${key} begins`);
    await turn();
    if (failing.includes(key)) throw new Error(`${key} fails`);
    log.push(`${key} ends`);
  };
  return { log, work };
}

const told = (failures: readonly { item: { key: string }; error: unknown }[]) =>
  failures.map(({ item, error }) => [item.key, error instanceof Error ? error.message : error]);

describe("composites: schedule", () => {
  it("runs dependents after their dependencies, in any order of the list, and everything else at once", async () => {
    const { log, work } = recorder();
    const items = [item("roof", "wall"), item("wall", "floor"), item("floor"), item("garden")];
    expect(await inOrder(items, work)).to.deep.equal([]);
    expect(log.slice(0, 2)).to.deep.equal(["floor begins", "garden begins"]);
    expect(log.filter((line) => !line.startsWith("garden"))).to.deep.equal([
      ...["floor begins", "floor ends", "wall begins", "wall ends", "roof begins", "roof ends"],
    ]);
  });

  it("ignores an owner that is not among the items", async () => {
    const { log, work } = recorder();
    await inOrder([item("a", "elsewhere")], work);
    expect(log).to.deep.equal(["a begins", "a ends"]);
  });

  it("skips dependents of a failure, and runs everything else", async () => {
    const { log, work } = recorder(["b"]);
    const failures = await inOrder(
      [item("a"), item("b"), item("c", "b"), item("d", "c"), item("e", "a")],
      work,
    );
    expect(told(failures)).to.deep.equal([
      ["b", "b fails"],
      ["c", undefined],
      ["d", undefined],
    ]);
    expect(log.filter((line) => line.endsWith("begins"))).to.deep.equal(["a begins", "b begins", "e begins"]);
  });

  it("skips earlier failures and their dependents", async () => {
    const { log, work } = recorder();
    const before = [{ item: item("a"), error: new Error("earlier") }];
    const failures = await inOrder([item("a"), item("b", "a"), item("c")], work, before);
    expect(told(failures)).to.deep.equal([
      ["a", undefined],
      ["b", undefined],
    ]);
    expect(log).to.deep.equal(["c begins", "c ends"]);
  });

  it("runs at most 64 at once", async () => {
    let running = 0;
    let most = 0;
    await inOrder(
      Array.from({ length: 100 }, (_, at) => item(`${at}`)),
      async () => {
        most = Math.max(most, ++running);
        await turn();
        running--;
      },
    );
    expect(most).to.equal(64);
  });

  it("reverses the order for removals", () => {
    expect(reversed([item("a"), item("b", "a"), item("c", "a", "b")])).to.deep.equal([
      item("c"),
      item("b", "c"),
      item("a", "b", "c"),
    ]);
  });

  it("starts work in one line after everything before it, failed or not, and in other lines at once", async () => {
    const { log, work } = recorder(["a1"]);
    const inLine = queues((key: string) => (key === "alone" ? undefined : key[0]));
    const all = ["a1", "a2", "b1", "alone"].map((key) => inLine(key, () => work({ key })));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).to.deep.equal([
      ...["rejected", "fulfilled", "fulfilled", "fulfilled"],
    ]);
    expect(log.slice(0, 3)).to.deep.equal(["a1 begins", "b1 begins", "alone begins"]);
    expect(log.indexOf("a2 begins")).to.be.greaterThan(log.indexOf("alone begins"));
  });
});
