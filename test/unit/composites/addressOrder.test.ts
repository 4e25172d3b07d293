import { expect } from "chai";
import {
  AddressList,
  type Entry,
  entryOf,
  movesTo,
  observedOrder,
} from "../../../provider/composites/addressOrder";

/** Addresses by their text; `10.0.0.1/24 link` has another scope. */
const entries = (...texts: string[]): Entry[] =>
  texts.map((text) => {
    const [address = "", scope = "global"] = text.split(" ");
    return entryOf(text, { address, scope });
  });

const [a1, a2, a3, b1, b2] = ["10.0.0.1/24", "10.0.0.2/24", "10.0.0.3/24", "10.0.1.1/24", "10.0.1.2/24"];
const [six1, six2] = ["fd00::1/64", "fd00::2/64"];

describe("composites: order of addresses", () => {
  it("is the kernel's: primary addresses, secondary ones, then IPv6 with the newest first", () => {
    const order = (...texts: string[]) => AddressList.of(entries(...texts)).order;
    expect(order(a1, a2, b1, six1, six2)).to.deep.equal([a1, b1, "", a2, "", six2, six1]);
    expect(order(a2, `${b1} link`, a1)).to.deep.equal([`${b1} link`, a2, "", a1, ""]);
  });

  it("promotes the next address of a subnet when its primary one is deleted", () => {
    const list = AddressList.of(entries(a1, b1, a2, b2));
    for (const entry of entries(a1)) list.remove(entry);
    expect(list.order).to.deep.equal([b1, a2, "", b2, ""]);
  });

  describe("is reached with as few moves as possible", () => {
    const rows: readonly (readonly [was: string[], wanted: string[], first: string[], inTurn: string[]])[] = [
      [[a1, a2], [a1, a2], [], []],
      [[a1, a2], [a1, a2, a3], [], []],
      [[a1, a2], [a1], [], []],
      // The order among different subnets counts as well: packets to other networks use the first address.
      [[a1, b1], [b1, a1], [], [a1]],
      [[a1, a2], [a2, a1], [], [a1]],
      // Addresses that stay keep their network connected until the new one exists.
      [[a1, a2], [a3, a2], [], [a2]],
      [[a1, a2, b1], [a3, a2, b1], [], [a2, b1]],
      // A new address of another subnet is last anyway.
      [[a1, a2], [a1, b1, a2], [], []],
      [[a1], [a2, b1, a1], [a1], []],
      [[six1, six2], [six2, six1], [], [six1]],
    ];
    for (const [was, wanted, first, inTurn] of rows) {
      it(`from ${was.join(", ")} to ${wanted.join(", ")}`, () => {
        const stay = new Set(was.filter((text) => wanted.includes(text)));
        expect(movesTo(entries(...was), entries(...wanted), stay)).to.deep.equal({ first, inTurn });
      });
    }
  });

  describe("is seen", () => {
    const rows: readonly (readonly [title: string, asked: string[], observed: string[], told: string[]])[] = [
      ["as asked", [a1, a2, b1], [a1, b1, a2], [a1, a2, b1]],
      ["with another primary address", [a1, a2], [a2, a1], [a2, a1]],
      ["beside a foreign address", [a1, a2], [a1, a2, a3], [a1, a2]],
      ["beside a foreign primary address, as near as possible", [a1, b1], [a3, b1, a1], [a1, b1]],
      ["reversed beside a foreign primary address", [a1, a2], [a3, a2, a1], [a2, a1]],
      ["in IPv6, the newest first", [six1, six2], [six2, six1], [six1, six2]],
      ["turned round in IPv6", [six1, six2], [six1, six2], [six2, six1]],
    ];
    for (const [title, asked, observed, told] of rows) {
      it(title, () => {
        expect(observedOrder(entries(...asked), entries(...observed))).to.deep.equal(told);
      });
    }
  });
});
