import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { gathering } from "../../../../../provider/linux/host/local/batching";

describe("host/batching", () => {
  it("sends the work of one turn of the event loop together, in order", async () => {
    const sent: (readonly number[])[] = [];
    const post = gathering((all: readonly number[]) => sent.push(all));
    for (const one of [1, 2]) post(one);
    await Promise.resolve().then(() => post(3));
    await turn();
    post(4);
    await turn();
    expect(sent).to.deep.equal([[1, 2, 3], [4]]);
  });
});
