import { expect } from "chai";
import { parseRuleset } from "../../../../../provider/linux/read/nft/ruleset";

const there = { family: "ip", table: "filter" };

const listing = (...nftables: readonly object[]): string =>
  JSON.stringify({ nftables: [{ metainfo: { version: "1.0.6" } }, ...nftables] });

describe("parse: the rule set of nft", () => {
  it("is empty without an answer", () => {
    expect([parseRuleset(undefined), parseRuleset(""), parseRuleset(listing())]).to.deep.equal([[], [], []]);
  });

  it("contains chains with their own rules in order, and the counters of rules", () => {
    const rule = (chain: string, ...expr: readonly object[]) => ({ rule: { ...there, chain, expr } });
    const [forward, web, other] = parseRuleset(
      listing(
        { table: { family: "ip", name: "filter" } },
        {
          chain: { ...there, name: "forward", type: "filter", hook: "forward", prio: 10, policy: "drop" },
        },
        { chain: { ...there, name: "web" } },
        { chain: { ...there, family: "ip6", name: "forward" } },
        rule("forward", { jump: { target: "web" } }),
        rule("web", { counter: { packets: 3, bytes: 252 } }, { accept: null }),
        rule("forward", { drop: null }),
      ),
    );
    expect(forward).to.deep.include({ hook: "forward", prio: 10, policy: "drop" });
    expect(forward?.rules.map(({ statements }) => statements)).to.deep.equal([
      [{ is: "jump", target: "web" }],
      [{ is: "drop" }],
    ]);
    expect(web).to.deep.include({ prio: 0, policy: "accept" });
    expect(web?.rules.map(({ packets }) => packets)).to.deep.equal([3]);
    expect(other?.rules).to.deep.equal([]);
  });

  it("contains the sets and verdict maps of a chain's table, and of no other", () => {
    const [chain] = parseRuleset(
      listing(
        { set: { ...there, name: "who", type: "ipv4_addr", elem: ["10.0.0.1"] } },
        { set: { ...there, table: "nat", name: "elsewhere", type: "ipv4_addr" } },
        { map: { ...there, name: "what", type: "mark", map: "verdict", elem: [[1, { drop: null }]] } },
        { map: { ...there, name: "ports", type: "mark", map: "inet_service", elem: [[1, 80]] } },
        { chain: { ...there, name: "forward" } },
      ),
    );
    expect(chain?.names).to.deep.equal({
      sets: new Map([["who", [{ is: "word", word: "10.0.0.1" }]]]),
      verdictMaps: new Map([["what", [[{ is: "word", word: 1 }, { is: "drop" }]]]]),
    });
  });
});
