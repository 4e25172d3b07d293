import { expect } from "chai";
import { isInOrder } from "../../../../provider/kinds/filterRule/order";

describe("order of filter rules", () => {
  it("counts as few as possible as out of it", () => {
    const are = (...priorities: number[]) => priorities.map((_, at) => isInOrder(priorities, at));
    expect([are(), are(1, 1, 2), are(2, 1), are(1, 3, 2, 4), are(0, 0, 5, 0, 0)]).to.deep.equal([
      [],
      [true, true, true],
      [true, false],
      [true, true, false, true],
      [true, true, false, true, true],
    ]);
  });
});
