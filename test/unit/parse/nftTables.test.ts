import { expect } from "chai";
import { isDormant, parseFlaggedTables } from "../../../provider/parse/nftTables";

const listing = (...nftables: readonly object[]): string =>
  JSON.stringify({ nftables: [{ metainfo: { version: "1.0.6" } }, ...nftables] });

describe("parse: tables of nft", () => {
  it("finds those with flags, whatever is written for them", () => {
    const table = (name: string, more: object = {}) => ({
      table: { family: "inet", name, handle: 1, ...more },
    });
    expect(
      parseFlaggedTables(
        listing(
          table("plain"),
          table("list", { flags: ["dormant"] }),
          table("word", { flags: "dormant" }),
          table("rubbish", { flags: "Lester Gooch #5" }),
          { set: { family: "inet", table: "plain", name: "s", flags: ["interval"] } },
        ),
      ).map(({ family, name }) => `${family} ${name}`),
    ).to.deep.equal(["inet list", "inet word", "inet rubbish"]);
    expect([parseFlaggedTables(undefined), parseFlaggedTables("")]).to.deep.equal([[], []]);
  });

  it("tells a dormant one from others, by its own flags only", () => {
    const dormant = (...lines: readonly string[]) => isDormant(["table inet t {", ...lines, "}"].join("\n"));
    expect([
      dormant("\tflags dormant"),
      dormant("\tflags owner,dormant"),
      dormant("\tflags owner"),
      dormant('\tcomment "flags dormant"'),
      dormant("\tset dormant {", "\t\tflags interval", "\t}"),
      isDormant(undefined),
    ]).to.deep.equal([true, true, false, false, false, false]);
  });
});
