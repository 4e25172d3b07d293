import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { CAUSES } from "../../../provider/trace/fault";

describe("docs/trace.md", () => {
  const text = readFileSync(join(__dirname, "../../../docs/trace.md"), "utf8");
  for (const cause of CAUSES) {
    it(`names ${cause}`, () => {
      expect(text).to.include(`\`${cause}\``);
    });
  }
});
