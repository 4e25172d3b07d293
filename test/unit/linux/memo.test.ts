import { expect } from "chai";
import { memoized, recent } from "../../../provider/linux/memo";

describe("memo", () => {
  it("computes once for the same words", () => {
    const asked: string[] = [];
    const joined = memoized((first: string, second: string) => {
      asked.push(`${first} ${second}`);
      return first + second;
    });
    expect([joined("a", "b"), joined("a", "b"), joined("ab", "")]).to.deep.equal(["ab", "ab", "ab"]);
    expect(asked).to.deep.equal(["a b", "ab "]);
  });

  it("does not grow without limit", () => {
    let asked = 0;
    const counted = memoized((word: string) => word + asked++);
    for (let n = 0; n < 10_001; n++) counted(String(n));
    expect(counted("0")).to.equal("010001");
  });

  it("keeps the results for the last few texts", () => {
    let read = 0;
    const length = recent((text: string) => {
      read++;
      return text.length;
    });
    expect([length("a"), length("bb"), length("a"), length("bb")]).to.deep.equal([1, 2, 1, 2]);
    expect(read).to.equal(2);
    for (const text of ["1", "2", "3", "4"]) length(text);
    length("a");
    expect(read).to.equal(7);
  });
});
