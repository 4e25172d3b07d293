import { expect } from "chai";
import type { z } from "zod";
import { linkName, namespaceName } from "../../../provider/fields/common";
import { matchedInterface, matchedLink } from "../../../provider/fields/nat";
import { ovsName } from "../../../provider/fields/ovs";
import { visible } from "../../../provider/fields/text";

/** Every field with a name that the kernel, or a tool for it, keeps. */
const names: Readonly<Record<string, z.ZodType>> = {
  linkName,
  namespaceName,
  matchedInterface,
  matchedLink,
  ovsName,
};

/** Directions, joiners and marks, fillers, tags, and controls other than white space. */
const INVISIBLE = [
  ...["\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e"],
  ...["\u2066", "\u2067", "\u2068", "\u2069", "\u00ad", "\u034f", "\u200b", "\u200c", "\u200d", "\u2060"],
  ...[
    "\u2064",
    "\u180e",
    "\u115f",
    "\u3164",
    "\uffa0",
    "\ufe0f",
    "\ufff9",
    "\u{e0001}",
    "\u{e0041}",
    "\u{e0100}",
  ],
  ...["\u0080", "\u0085", "\u009f"],
];

describe("invisible characters", () => {
  for (const [field, type] of Object.entries(names)) {
    it(`are refused in ${field}, in plain letters`, () => {
      for (const character of INVISIBLE) {
        const message = type.safeParse(`a${character}b`).error?.issues[0]?.message;
        const code = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
        expect(message, code).to.equal(`has a character in it that cannot be seen, ${code}: leave it out`);
      }
    });

    it(`do not include letters of other alphabets in ${field}`, () => {
      for (const name of ["ä", "日本", "été", "😀", "имя", "שם", "اسم"]) {
        expect(type.safeParse(name).success, name).to.equal(true);
      }
    });
  }

  it("are written as codes in messages, except for line breaks", () => {
    expect(visible("a\u202eb\nc\u{e0001}")).to.equal("a<U+202E>b\nc<U+E0001>");
  });
});
