import { expect } from "chai";
import { Statement } from "../../../../../provider/linux/read/nft/statements";

describe("parse: statements of nft", () => {
  const source = { is: "payload", protocol: "ip", field: "saddr" };
  const saddr = { payload: { protocol: "ip", field: "saddr" } };

  const rows: readonly (readonly [listed: object, read: object])[] = [
    [
      { match: { op: "!=", left: saddr, right: { prefix: { addr: "10.0.0.0", len: 8 } } } },
      { is: "match", op: "!=", left: source, right: { is: "prefix", network: "10.0.0.0/8" } },
    ],
    [{ accept: null }, { is: "accept" }],
    [{ counter: { packets: 1, bytes: 84 } }, { is: "counter" }],
    [{ reject: null }, { is: "reject", type: undefined }],
    [{ reject: { type: "icmp", expr: "host-unreachable" } }, { is: "reject", type: "icmp" }],
    [{ jump: { target: "web" } }, { is: "jump", target: "web" }],
    [{ masquerade: null }, { is: "masquerade" }],
    [
      { dnat: { family: "ip", addr: "10.0.0.2", port: 80 } },
      { is: "dnat", family: "ip", addr: { is: "word", word: "10.0.0.2" }, port: { is: "word", word: 80 } },
    ],
    [
      { dnat: { addr: { map: { key: saddr, data: { set: [["10.0.0.1", "10.0.0.2"]] } } } } },
      {
        is: "dnat",
        addr: {
          is: "map",
          key: source,
          elements: [
            [
              { is: "word", word: "10.0.0.1" },
              { is: "word", word: "10.0.0.2" },
            ],
          ],
        },
      },
    ],
    [
      { vmap: { key: saddr, data: { set: [["10.0.0.1", { drop: null }]] } } },
      { is: "vmap", key: source, elements: [[{ is: "word", word: "10.0.0.1" }, { is: "drop" }]] },
    ],
    [{ vmap: { key: saddr, data: "@who" } }, { is: "vmap", key: source, elements: "who" }],
    [
      { limit: { rate: 10, burst: 5, per: "second" } },
      { is: "limit", rate: 10, unit: undefined, per: "second", isOver: false },
    ],
    [
      { limit: { rate: 1, rate_unit: "mbytes", per: "second", inv: true } },
      { is: "limit", rate: 1, unit: "mbytes", per: "second", isOver: true },
    ],
    [{ limit: "slow" }, { is: "named", word: "limit", name: "slow" }],
    [{ quota: { val: 25, val_unit: "mbytes" } }, { is: "quota", amount: "25 mbytes", isOver: false }],
    [{ "ct count": { val: 3, inv: true } }, { is: "ct count", amount: "3", isOver: true }],
    [
      { set: { op: "add", set: "@seen", elem: saddr, stmt: [{ limit: "slow" }] } },
      {
        ...{ is: "set", words: "add @seen", key: source },
        statements: [{ is: "named", word: "limit", name: "slow" }],
      },
    ],
    [
      { meter: { name: "m", key: saddr, stmt: { counter: null } } },
      { is: "set", words: "meter m", key: source, statements: [{ is: "counter" }] },
    ],
    [
      { mangle: { key: { meta: { key: "mark" } }, value: 7 } },
      { is: "mangle", key: { is: "meta", key: "mark" }, value: { is: "word", word: 7 } },
    ],
    [{ notrack: null }, { is: "aside", word: "notrack", listed: null }],
    [{ tproxy: { port: 80 } }, { is: "other", word: "tproxy", listed: { port: 80 } }],
    // A known statement in an unknown form.
    [{ jump: "web" }, { is: "other", word: "jump", listed: "web" }],
  ];
  for (const [listed, read] of rows)
    it(`read ${JSON.stringify(listed)}`, () => expect(Statement.parse(listed)).to.deep.equal(read));
});
