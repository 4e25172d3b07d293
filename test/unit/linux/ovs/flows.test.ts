import { expect } from "chai";
import { isPlainSwitch } from "../../../../provider/linux/ovs/flows";

describe("a bridge of Open vSwitch", () => {
  const rows: readonly (readonly [flows: string | undefined, isPlain: boolean])[] = [
    [" priority=0 actions=NORMAL\n", true],
    ["OFPST_FLOW reply (OF1.3) (xid=0x2):\n priority=0 actions=NORMAL\n", true],
    [" priority=7,ip actions=drop\n priority=0 actions=NORMAL\n", false],
    [" table=1, priority=0 actions=NORMAL\n", false],
    [" priority=0,in_port=1 actions=NORMAL\n", false],
    ["", false],
    [undefined, false],
  ];
  for (const [flows, isPlain] of rows) {
    it(`is ${isPlain ? "" : "not "}just a switch with ${JSON.stringify(flows)}`, () =>
      expect(isPlainSwitch(flows)).to.equal(isPlain));
  }
});
