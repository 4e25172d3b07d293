import { expect } from "chai";
import fc from "fast-check";
import { isSandboxName, sandboxName } from "../../../../cli/sandbox/name";

const characters = [..."abcXYZ019._-"];

describe("sandbox name", () => {
  it("is default where none is given", () => {
    expect(sandboxName(undefined)).to.equal("default");
  });

  for (const name of ["a", "lab-1", "_x", "9", "A.b_c-d", "a".repeat(64)]) {
    it(`may be ${name}`, () => expect(sandboxName(name)).to.equal(name));
  }

  for (const name of ["", "-x", ".x", "..", "a/b", "a b", "a\n", "é", "a".repeat(65)]) {
    it(`may not be ${JSON.stringify(name)}`, () => {
      expect(() => sandboxName(name)).to.throw(`${JSON.stringify(name)} is not a sandbox name`);
    });
  }

  it("never leaves its folder", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...characters, "/", "\0", " ") }), (name) => {
        fc.pre(isSandboxName(name));
        expect(name).to.match(/^[^./-][^/\0 ]*$/);
      }),
    );
  });
});
