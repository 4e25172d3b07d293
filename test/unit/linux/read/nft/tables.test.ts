import { expect } from "chai";
import { dormantAmong, isInOneOf, parseFlaggedTables } from "../../../../../provider/linux/read/nft/tables";

const listing = (...nftables: readonly object[]): string =>
  JSON.stringify({ nftables: [{ metainfo: { version: "1.0.6" } }, ...nftables] });

describe("parse: tables of nft", () => {
  it("finds those with flags, whatever their printed names", () => {
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

  it("distinguishes a dormant one, only by its own flags", () => {
    const text = (...lines: readonly string[]) => ["table inet t {", ...lines, "}"].join("\n");
    const texts = [
      text("\tflags dormant"),
      text("\tflags owner,dormant"),
      text("\tflags owner"),
      text('\tcomment "flags dormant"'),
      text("\tset dormant {", "\t\tflags interval", "\t}"),
      undefined,
    ];
    const tables = texts.map((_, at) => ({ family: "inet", name: String(at) }));
    const dormant = dormantAmong(tables, texts);
    expect(dormant.map(({ name }) => name)).to.deep.equal(["0", "1"]);
    expect([
      isInOneOf(dormant, { family: "inet", table: "1" }),
      isInOneOf(dormant, { family: "ip", table: "1" }),
      isInOneOf(dormant, { family: "inet", table: "2" }),
    ]).to.deep.equal([true, false, false]);
  });
});
