import { expect } from "chai";
import { Pattern, Selector } from "../../../../../provider/linux/read/nft/expressions";

describe("parse: expressions of nft", () => {
  const dport = { is: "payload", protocol: "tcp", field: "dport" };

  const selectors: readonly (readonly [listed: unknown, read: unknown])[] = [
    [{ meta: { key: "iifname" } }, { is: "meta", key: "iifname" }],
    [{ ct: { key: "state" } }, { is: "ct", key: "state" }],
    [{ payload: { protocol: "tcp", field: "dport" } }, dport],
    [
      { "tcp option": { name: "maxseg", field: "size" } },
      { is: "payload", protocol: "tcp", field: "option maxseg size" },
    ],
    [{ "tcp option": { name: "sack-perm" } }, { is: "payload", protocol: "tcp", field: "option sack-perm" }],
    [{ fib: { result: "type", flags: "daddr" } }, { is: "fib", result: "type", flags: ["daddr"] }],
    [
      { fib: { result: "oif", flags: ["saddr", "iif"] } },
      { is: "fib", result: "oif", flags: ["saddr", "iif"] },
    ],
    [
      { concat: [{ meta: { key: "l4proto" } }, { payload: { protocol: "tcp", field: "dport" } }] },
      { is: "concat", parts: [{ is: "meta", key: "l4proto" }, dport] },
    ],
    [
      { "&": [{ payload: { protocol: "tcp", field: "flags" } }, ["syn", "ack"]] },
      {
        is: "bits",
        of: { is: "payload", protocol: "tcp", field: "flags" },
        mask: {
          is: "list",
          of: [
            { is: "word", word: "syn" },
            { is: "word", word: "ack" },
          ],
        },
      },
    ],
    [{ osf: { key: "name" } }, { is: "other", listed: { osf: { key: "name" } } }],
  ];
  for (const [listed, read] of selectors)
    it(`select by ${JSON.stringify(listed)}`, () => expect(Selector.parse(listed)).to.deep.equal(read));

  const patterns: readonly (readonly [listed: unknown, read: unknown])[] = [
    [22, { is: "word", word: 22 }],
    ["eth0", { is: "word", word: "eth0" }],
    ["@blocked", { is: "named", set: "blocked" }],
    [{ prefix: { addr: "10.0.0.0", len: 8 } }, { is: "prefix", network: "10.0.0.0/8" }],
    [{ range: [1000, 2000] }, { is: "range", from: 1000, to: 2000 }],
    [
      { set: [80, { range: [8000, 8080] }] },
      {
        is: "list",
        of: [
          { is: "word", word: 80 },
          { is: "range", from: 8000, to: 8080 },
        ],
      },
    ],
    [["established"], { is: "list", of: [{ is: "word", word: "established" }] }],
    [
      { concat: ["10.0.0.1", 80] },
      {
        is: "concat",
        parts: [
          { is: "word", word: "10.0.0.1" },
          { is: "word", word: 80 },
        ],
      },
    ],
    [{ elem: { val: "10.0.0.1", timeout: 60 } }, { is: "word", word: "10.0.0.1" }],
    [
      { elem: { val: "10.0.0.1", quota: { val: 1 } } },
      { is: "other", listed: { val: { is: "word", word: "10.0.0.1" }, quota: { val: 1 } } },
    ],
    [{ jhash: {} }, { is: "other", listed: { jhash: {} } }],
  ];
  for (const [listed, read] of patterns)
    it(`compare with ${JSON.stringify(listed)}`, () => expect(Pattern.parse(listed)).to.deep.equal(read));
});
