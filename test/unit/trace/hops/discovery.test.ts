import { expect } from "chai";
import { solicitedNode } from "../../../../provider/trace/hops/discovery";

/** See RFC 4291, 2.7.1. */
const rows: readonly (readonly [address: string, group: string])[] = [
  ["4037::1:800:200e:8c6c", "ff02::1:ff0e:8c6c"],
  ["fd00::1", "ff02::1:ff00:1"],
  ["fd00::", "ff02::1:ff00:0"],
  ["fe80::1234:5678:9abc:def0", "ff02::1:ffbc:def0"],
];

describe("the group that a neighbour solicitation goes to", () => {
  for (const [address, group] of rows) {
    it(`of ${address}`, () => {
      expect(solicitedNode(address)).to.equal(group);
    });
  }
});
