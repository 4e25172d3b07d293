import { expect } from "chai";
import { memoized } from "../../../provider/linux/memo";

describe("memo", () => {
  it("asks once for the same words", () => {
    const asked: string[] = [];
    const joined = memoized((first: string, second: string) => {
      asked.push(`${first} ${second}`);
      return first + second;
    });
    expect([joined("a", "b"), joined("a", "b"), joined("ab", "")]).to.deep.equal(["ab", "ab", "ab"]);
    expect(asked).to.deep.equal(["a b", "ab "]);
  });

  it("does not grow without end", () => {
    let asked = 0;
    const counted = memoized((word: string) => word + asked++);
    for (let n = 0; n < 10_001; n++) counted(String(n));
    expect(counted("0")).to.equal("010001");
  });
});
