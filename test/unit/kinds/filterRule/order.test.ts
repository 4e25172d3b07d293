import { expect } from "chai";
import fc from "fast-check";
import { isInOrder } from "../../../../provider/kinds/filterRule/order";

describe("order of filter rules", () => {
  it("counts as few rules as possible as misplaced", () => {
    const are = (...priorities: number[]) => priorities.map((_, at) => isInOrder(priorities, at));
    expect([are(), are(1, 1, 2), are(2, 1), are(1, 3, 2, 4), are(0, 0, 5, 0, 0)]).to.deep.equal([
      [],
      [true, true, true],
      [true, false],
      [true, true, false, true],
      [true, true, false, true, true],
    ]);
  });

  it("is that of the longest non-falling sequence, the first of several", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 }), (priorities) => {
        const judged = priorities.map((_, at) => isInOrder(priorities, at));
        expect(judged).to.deep.equal(priorities.map((_, at) => firstLongest(priorities).includes(at)));
      }),
    );
  });

  it("is found quickly among thousands", () => {
    const priorities = Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 20_000);
    expect(isInOrder(priorities, 0)).to.equal(true);
  });
});

/** The same in a slow way: the first of the longest non-falling sequences. */
function firstLongest(priorities: readonly number[]): readonly number[] {
  const longest = (rows: readonly number[][]) =>
    rows.reduce((best, row) => (row.length > best.length ? row : best), []);
  const rows: number[][] = [];
  for (const [end, own] of priorities.entries())
    rows.push([...longest(rows.filter((row) => (priorities[row.at(-1) ?? 0] ?? 0) <= own)), end]);
  return longest(rows);
}
