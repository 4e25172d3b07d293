import { expect } from "chai";
import { load } from "./load";

interface Shares {
  parseShare(text: string): { number: number; of: number };
  cut(share: { number: number; of: number }, count: number): { number: number; of: number }[];
  shareOf<T>(list: readonly T[], share: { number: number; of: number }): T[];
}

describe("shares of a list", () => {
  let shares: Shares;
  before(async () => {
    shares = await load("share");
  });

  const list = Array.from({ length: 20 }, (_, index) => index);

  it("are the list, together", () => {
    for (const of of [1, 2, 3, 7, 30]) {
      const all = Array.from({ length: of }, (_, at) => shares.shareOf(list, { number: at + 1, of }));
      expect(all.flat().sort((one, other) => one - other)).to.deep.equal(list);
    }
  });

  it("contain each of the things that take turns in the list", () => {
    for (const number of [1, 2, 3]) {
      const share = shares.shareOf(list, { number, of: 3 });
      expect(new Set(share.map((index) => index % 3)).size).to.equal(3);
      expect(new Set(share.map((index) => index % 2)).size).to.equal(2);
    }
  });

  it("are cut into finer ones that together are the list as well", () => {
    const finer = [1, 2, 3, 4].flatMap((number) => shares.cut({ number, of: 4 }, 6));
    expect(finer).to.have.lengthOf(24);
    expect(
      finer.flatMap((share) => shares.shareOf(list, share)).sort((one, other) => one - other),
    ).to.deep.equal(list);
  });

  it("are named by a number and a count", () => {
    expect(shares.parseShare("2/3")).to.deep.equal({ number: 2, of: 3 });
    for (const text of ["0/3", "4/3", "2", "2/3/4", "a/b", ""])
      expect(() => shares.parseShare(text)).to.throw(`--share is ${text}, not a share such as 2/3`);
  });
});
