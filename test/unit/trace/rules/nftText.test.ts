import { expect } from "chai";
import { Statement } from "../../../../provider/linux/read/nft/statements";
import { printStatement } from "../../../../provider/trace/rules/nftText";

const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });

/** The printed text, and the JSON of nft. */
const statements: Readonly<Record<string, object>> = {
  "tcp dport != 22": { match: { op: "!=", left: payload("tcp", "dport"), right: 22 } },
  "ct state { established, related }": {
    match: { op: "in", left: { ct: { key: "state" } }, right: ["established", "related"] },
  },
  "ip saddr . tcp dport { 10.1.0.0/16 . 70-90 }": {
    match: {
      ...{ op: "==", left: { concat: [payload("ip", "saddr"), payload("tcp", "dport")] } },
      right: { set: [{ concat: [{ prefix: { addr: "10.1.0.0", len: 16 } }, { range: [70, 90] }] }] },
    },
  },
  "tcp flags & { fin, syn } syn": {
    match: { op: "==", left: { "&": [payload("tcp", "flags"), ["fin", "syn"]] }, right: "syn" },
  },
  "fib daddr . iif type local": {
    match: { op: "==", left: { fib: { result: "type", flags: ["daddr", "iif"] } }, right: "local" },
  },
  "iifname vmap { red* : jump a, * : drop }": {
    vmap: {
      key: { meta: { key: "iifname" } },
      data: {
        set: [
          ["red*", { jump: { target: "a" } }],
          ["*", { drop: null }],
        ],
      },
    },
  },
  "limit rate over 10 kbytes/second": { limit: { rate: 10, rate_unit: "kbytes", per: "second", inv: true } },
  'quota name "q"': { quota: "q" },
  "ct count over 2": { "ct count": { val: 2, inv: true } },
  "add @s { ip saddr limit rate 3/minute }": {
    set: {
      op: "add",
      elem: payload("ip", "saddr"),
      set: "@s",
      stmt: [{ limit: { rate: 3, per: "minute" } }],
    },
  },
  "dnat to 10.2.0.3:tcp dport map { 80 : 8080 }": {
    dnat: {
      addr: "10.2.0.3",
      port: { map: { key: payload("tcp", "dport"), data: { set: [[80, 8080]] } } },
    },
  },
  masquerade: { masquerade: null },
  reject: { reject: { type: "icmp", expr: "port-unreachable" } },
  counter: { counter: { packets: 3, bytes: 252 } },
  notrack: { notrack: null },
  'xt {"type":"match","name":"string"}': { xt: { type: "match", name: "string" } },
};

describe("printStatement", () => {
  for (const [text, listed] of Object.entries(statements)) {
    it(text, () => {
      expect(printStatement(Statement.parse(listed))).to.equal(text);
    });
  }
});
