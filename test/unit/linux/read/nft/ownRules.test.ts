import { expect } from "chai";
import { parseExpression, parseTable } from "../../../../../provider/linux/read/nft/ownRules";

/** Listed by nft 1.0.6. */
const LISTING = JSON.stringify({
  nftables: [
    { metainfo: { version: "1.0.6", release_name: "Lester Gooch #5", json_schema_version: 1 } },
    { table: { family: "ip", name: "t", handle: 3 } },
    {
      chain: {
        family: "ip",
        table: "t",
        name: "c",
        handle: 1,
        type: "nat",
        hook: "output",
        prio: -100,
        policy: "accept",
      },
    },
    {
      rule: {
        family: "ip",
        table: "t",
        chain: "c",
        handle: 2,
        comment: "mine",
        expr: [{ masquerade: null }],
      },
    },
  ],
});

describe("parse nft", () => {
  it("reads a table", () => {
    expect(parseTable(LISTING)).to.deep.equal({
      isDormant: false,
      chains: [{ name: "c", type: "nat", hook: "output", prio: -100, policy: "accept" }],
      rules: [
        { family: "ip", table: "t", chain: "c", handle: 2, comment: "mine", expr: [{ masquerade: null }] },
      ],
      hasMore: false,
    });
  });

  it("reports a missing table", () => expect(parseTable(undefined)).to.equal(undefined));

  it("takes any flag of a table for dormant, as nft 1.0.6 prints random names for it", () => {
    const flagged = (flags: unknown) =>
      JSON.stringify({ nftables: [{ table: { family: "ip", name: "t", flags } }] });
    const are = [undefined, "t", ["dormant"]].map((flags) => parseTable(flagged(flags))?.isDormant);
    expect(are).to.deep.equal([false, true, true]);
  });

  it("reports that a table has more than rules", () => {
    const withSet = LISTING.replace('{"rule":', '{"set":{"name":"s"}},{"rule":');
    expect(parseTable(withSet)?.hasMore).to.equal(true);
  });

  it("refuses everything else", () =>
    expect(() => parseTable('{"nft":1}')).to.throw("cannot read a tool's answer"));

  const known: readonly object[] = [
    { masquerade: null },
    { redirect: { port: 80 } },
    { dnat: { addr: "10.0.0.1", port: { range: [80, 90] } } },
    { snat: { addr: { range: ["10.0.0.1", "10.0.0.9"] } } },
    { match: { op: "!=", left: { meta: { key: "iifname" } }, right: "eth0" } },
    {
      match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: { set: [80, 443] } },
    },
  ];
  for (const expression of known) {
    it(`accepts ${JSON.stringify(expression)}`, () =>
      expect(parseExpression(expression)).to.deep.equal(expression));
  }

  it("takes a flag for a list of one, as later versions print it", () => {
    const match = (flags: unknown) => ({
      match: { op: "==", left: { fib: { result: "type", flags } }, right: "local" },
    });
    expect(parseExpression(match("daddr"))).to.deep.equal(match(["daddr"]));
  });

  const unknown: readonly object[] = [
    { counter: { packets: 1, bytes: 2 } },
    { masquerade: { flags: "random" } },
    { dnat: { addr: "10.0.0.1", flags: ["persistent"] } },
    { match: { op: "<", left: { meta: { key: "iifname" } }, right: "eth0" } },
  ];
  for (const expression of unknown) {
    it(`does not know ${JSON.stringify(expression)}`, () =>
      expect(parseExpression(expression)).to.equal(undefined));
  }
});
