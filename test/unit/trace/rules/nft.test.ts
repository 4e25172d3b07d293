import { expect } from "chai";
import type { Packet } from "../../../../provider/trace/packet";
import { parseNft } from "../../../../provider/trace/rules/nft";

/** The kernel gives each of these verdicts as well. */

const four = { family: "ipv4", source: "10.1.0.2", destination: "10.2.0.2", isReply: false } as const;
const six = { family: "ipv6", source: "fd00:1::2", destination: "fd00:2::2", isReply: false } as const;
const packets = {
  ping: { ...four, protocol: "icmp" },
  ping6: { ...six, protocol: "icmp" },
  web: { ...four, protocol: "tcp", port: 80 },
  web6: { ...six, protocol: "tcp", port: 80 },
  dns: { ...four, protocol: "udp", port: 53 },
} satisfies Record<string, Packet>;

const inTable = { family: "inet", table: "t" };

const judgeOne = (packet: Packet, expr: readonly object[], objects: readonly object[] = []) => {
  const [chain] = parseNft(
    JSON.stringify({
      nftables: [
        ...objects,
        { chain: { ...inTable, name: "c" } },
        { rule: { ...inTable, chain: "c", expr } },
      ],
    }),
  );
  const verdict = chain?.rules[0]?.judge({ packet, inInterface: "veth-red", local: ["10.2.0.1"] });
  return typeof verdict === "object" ? verdict.does : verdict;
};

/** Returns the packets that a rule drops, and those in doubt. */
const droppedBy = (...expr: readonly object[]): { dropped: string[]; inDoubt: string[] } => {
  const named = (wanted: string) =>
    Object.entries(packets).flatMap(([name, packet]) =>
      judgeOne(packet, [...expr, { drop: null }]) === wanted ? [name] : [],
    );
  return { dropped: named("drop"), inDoubt: named("doubt") };
};

const match = (left: object, right: unknown, op = "==") => ({ match: { op, left, right } });
const meta = (key: string) => ({ meta: { key } });
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const network = (addr: string, len: number) => ({ prefix: { addr, len } });

describe("a rule of nftables", () => {
  const matching: Readonly<Record<string, readonly [object[], string[]]>> = {
    "tcp dport != 22": [[match(payload("tcp", "dport"), 22, "!=")], ["web", "web6"]],
    "tcp dport < 1024": [[match(payload("tcp", "dport"), 1024, "<")], ["web", "web6"]],
    "udp dport != 53": [[match(payload("udp", "dport"), 53, "!=")], []],
    "ip saddr != 11.0.0.0/8": [
      [match(payload("ip", "saddr"), network("11.0.0.0", 8), "!=")],
      ["ping", "web", "dns"],
    ],
    "ip saddr != an empty set": [[match(payload("ip", "saddr"), { set: [] }, "!=")], ["ping", "web", "dns"]],
    "ip6 saddr != fd01::/16": [
      [match(payload("ip6", "saddr"), network("fd01::", 16), "!=")],
      ["ping6", "web6"],
    ],
    "ip saddr . tcp dport != { 10.1.0.2 . 22 }": [
      [
        match(
          { concat: [payload("ip", "saddr"), payload("tcp", "dport")] },
          { set: [{ concat: ["10.1.0.2", 22] }] },
          "!=",
        ),
      ],
      ["web"],
    ],
    "meta l4proto . th dport != { tcp . 80 }": [
      [
        match(
          { concat: [meta("l4proto"), payload("th", "dport")] },
          { set: [{ concat: ["tcp", 80] }] },
          "!=",
        ),
      ],
      ["ping", "ping6", "dns"],
    ],
    "icmp code != 1": [[match(payload("icmp", "code"), 1, "!=")], ["ping"]],
    "sctp dport != 22": [[match(payload("sctp", "dport"), 22, "!=")], []],
    'oifname != "eth0"': [[match(meta("oifname"), "eth0", "!=")], ["ping", "ping6", "web", "web6", "dns"]],
    "ip protocol icmp": [[match(payload("ip", "protocol"), "icmp")], ["ping"]],
    "ip6 nexthdr ipv6-icmp": [[match(payload("ip6", "nexthdr"), "ipv6-icmp")], ["ping6"]],
    "ip6 nexthdr icmp": [[match(payload("ip6", "nexthdr"), "icmp")], []],
    "meta l4proto icmp": [[match(meta("l4proto"), "icmp")], ["ping"]],
    "meta l4proto ipv6-icmp": [[match(meta("l4proto"), "ipv6-icmp")], ["ping6"]],
    "icmpv6 type echo-request": [[match(payload("icmpv6", "type"), "echo-request")], ["ping6"]],
    "limit rate 10/second": [
      [{ limit: { rate: 10, burst: 5, per: "second" } }],
      ["ping", "ping6", "web", "web6", "dns"],
    ],
    "add @s { tcp dport }": [
      [{ set: { op: "add", elem: payload("tcp", "dport"), set: "@s" } }],
      ["web", "web6"],
    ],
    "ip dscp set cs1": [[{ mangle: { key: payload("ip", "dscp"), value: "cs1" } }], ["ping", "web", "dns"]],
  };
  for (const [text, [expr, dropped]] of Object.entries(matching)) {
    it(`matches only packets that have what it asks for: ${text}`, () => {
      expect(droppedBy(...expr)).to.deep.equal({ dropped, inDoubt: [] });
    });
  }

  const limit = { limit: { rate: 3, burst: 5, per: "minute", inv: true } };
  const unsure: Readonly<Record<string, object>> = {
    "a limit that is exceeded": limit,
    "a limit in bytes": {
      limit: { rate: 10, burst: 0, per: "second", rate_unit: "bytes", burst_unit: "bytes" },
    },
    "a limit with a name": { limit: "slow" },
    "a quota": { quota: { val: 10, val_unit: "mbytes" } },
    "a number of connections": { "ct count": { val: 2, inv: true } },
    "a queue": { queue: { num: 1 } },
    "an extension of iptables": { xt: { type: "match", name: "string" } },
  };
  for (const [name, statement] of Object.entries(unsure)) {
    it(`is unsure of ${name}`, () => {
      expect(droppedBy(statement).inDoubt).to.deep.equal(Object.keys(packets));
      // A rule that certainly does not match is not in doubt, wherever the condition stands.
      expect(droppedBy(statement, match(payload("tcp", "dport"), 22))).to.deep.equal({
        dropped: [],
        inDoubt: [],
      });
    });
  }

  it("is unsure of a limit for each element of a set, where the packet has one", () => {
    const key = payload("ip", "saddr");
    const inDoubt = ["ping", "web", "dns"];
    expect(droppedBy({ set: { op: "add", elem: key, set: "@s", stmt: [limit] } })).to.deep.equal({
      dropped: [],
      inDoubt,
    });
    expect(droppedBy({ meter: { key, stmt: limit, size: 9, name: "m" } })).to.deep.equal({
      dropped: [],
      inDoubt,
    });
    const counting = { elem: { val: "10.1.0.2", quota: { val: 10, val_unit: "mbytes", inv: true } } };
    expect(droppedBy(match(key, { set: [counting] }))).to.deep.equal({ dropped: [], inDoubt });
  });

  it("rejects only what its answer is for", () => {
    const rejected = (type: string) =>
      Object.entries(packets).flatMap(([name, packet]) =>
        judgeOne(packet, [{ reject: { type } }]) === "reject" ? [name] : [],
      );
    expect(rejected("tcp reset")).to.deep.equal(["web", "web6"]);
    expect(rejected("icmp")).to.deep.equal(["ping", "web", "dns"]);
    expect(rejected("icmpv6")).to.deep.equal(["ping6", "web6"]);
    expect(rejected("icmpx")).to.deep.equal(Object.keys(packets));
  });

  it("takes type and code of a ping for a source port, where no protocol is named", () => {
    const { dropped, inDoubt } = droppedBy(match(payload("th", "sport"), 2048));
    expect({ dropped, inDoubt }).to.deep.equal({ dropped: ["ping"], inDoubt: ["web", "web6", "dns"] });
  });

  it("looks verdicts up, by name as well, and goes on where a map says so", () => {
    const elements = [
      [22, { accept: null }],
      [80, { continue: null }],
      ["*", { drop: null }],
    ];
    const vmap = (data: unknown) => [{ vmap: { key: payload("tcp", "dport"), data } }];
    const maps = [{ map: { ...inTable, name: "m", map: "verdict", elem: elements } }];
    expect(judgeOne(packets.web, vmap({ set: elements }))).to.equal("nothing");
    expect(judgeOne({ ...packets.web, port: 22 }, vmap("@m"), maps)).to.equal("accept");
    expect(judgeOne({ ...packets.web, port: 23 }, vmap("@m"), maps)).to.equal("drop");
    expect(judgeOne(packets.dns, vmap("@m"), maps)).to.equal("nothing");
    expect(judgeOne(packets.web, vmap("@elsewhere"), maps)).to.equal("doubt");
  });

  it("translates by a map, and only its own family", () => {
    const verdict = (packet: Packet, dnat: object) => judgeOne(packet, [{ dnat: { family: "ip", ...dnat } }]);
    const map = { key: payload("tcp", "dport"), data: { set: [[80, "10.2.0.3"]] } };
    expect(verdict(packets.web, { addr: { map } })).to.equal("dnat");
    expect(verdict({ ...packets.web, port: 81 }, { addr: { map } })).to.equal("nothing");
    expect(verdict(packets.web6, { addr: "10.2.0.3" })).to.equal("nothing");
  });

  it("may send a packet elsewhere by a new address", () => {
    expect(judgeOne(packets.web, [{ mangle: { key: payload("ip", "daddr"), value: "10.9.9.9" } }])).to.equal(
      "doubt",
    );
  });

  it("meets nothing of connection tracking but the state, where a packet is not tracked", () => {
    const ct = (key: string) => ({ ct: { key } });
    const judged = (tracking: "off" | "lost", ...expr: readonly object[]) =>
      judgeOne({ ...packets.ping, isReply: true, tracking }, [...expr, { drop: null }]);
    expect(judged("off", match(ct("state"), "untracked"))).to.equal("drop");
    expect(judged("off", match(ct("state"), "established", "!="))).to.equal("drop");
    expect(judged("off", match(ct("direction"), "original", "!="))).to.equal("nothing");
    expect(judged("off", match(ct("mark"), 1))).to.equal("nothing");
    expect(judged("lost", match(ct("state"), "invalid"))).to.equal("drop");
    expect(judged("lost", match(ct("state"), ["established", "related"], "in"))).to.equal("nothing");
  });
});
