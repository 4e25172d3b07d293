import { expect } from "chai";
import { parseBaseChains } from "../../../../../provider/linux/read/nft/chains";

const chain = (
  name: string,
  more: object = { type: "filter", hook: "forward", prio: 0, policy: "accept" },
) => ({
  chain: { family: "inet", table: "t", name, handle: 1, ...more },
});
const rule = (name: string, ...expr: object[]) => ({
  rule: { family: "inet", table: "t", chain: name, handle: 2, expr },
});
const listing = (...objects: object[]) => JSON.stringify({ nftables: [{ metainfo: {} }, ...objects] });
const found = { family: "inet", table: "t", hook: "forward", policy: "accept", hasLastDrop: false };

describe("parseBaseChains", () => {
  it("finds filter chains at a hook, and no others", () => {
    const text = listing(
      chain("a"),
      chain("b", { type: "filter", hook: "input", prio: 0, policy: "drop" }),
      chain("c", { type: "nat", hook: "output", prio: 0, policy: "accept" }),
      chain("d", {}),
    );
    expect(parseBaseChains(text)).to.deep.equal([
      { ...found, name: "a" },
      { ...found, name: "b", hook: "input", policy: "drop" },
    ]);
  });

  it("recognizes a chain that drops everything", () => {
    const drops = (...expr: object[]) =>
      parseBaseChains(listing(chain("a"), rule("a", ...expr)))[0]?.hasLastDrop;
    const match = { match: { op: "==", left: { meta: { key: "iifname" } }, right: "eth0" } };
    expect([
      drops({ drop: null }),
      drops(
        { counter: { packets: 1, bytes: 2 } },
        { log: null },
        { reject: { type: "icmpx", expr: "admin-prohibited" } },
      ),
      drops(match, { drop: null }),
      drops({ accept: null }),
      drops({ jump: { target: "x" } }),
    ]).to.deep.equal([true, true, false, false, false]);
  });

  it("finds none without an answer", () => {
    expect([parseBaseChains(undefined), parseBaseChains("")]).to.deep.equal([[], []]);
  });
});
