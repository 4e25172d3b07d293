import { expect } from "chai";
import { hasUnknown, UNKNOWN } from "../../provider/unknown";

describe("unknown", () => {
  it("is the engine's own text", () => {
    expect(UNKNOWN).to.equal("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
  });

  const rows: readonly (readonly [value: unknown, isUnknown: boolean])[] = [
    [UNKNOWN, true],
    [{ a: UNKNOWN }, true],
    [{ a: { b: [1, { c: UNKNOWN }] } }, true],
    [[UNKNOWN], true],
    [`${UNKNOWN} `, false],
    [{ [UNKNOWN]: 1 }, false],
    ["", false],
    [0, false],
    [null, false],
    [undefined, false],
    [[], false],
    [{ a: null, b: [undefined] }, false],
  ];
  for (const [value, isUnknown] of rows) {
    it(`${JSON.stringify(value)}: ${isUnknown}`, () => {
      expect(hasUnknown(value)).to.equal(isUnknown);
    });
  }
});
