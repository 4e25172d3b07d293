import { expect } from "chai";
import { parsePolicyRules } from "../../../../provider/linux/read/policyRule";
import { type Flow, flowOf, ruleWords, rulingOf } from "../../../../provider/trace/hops/policy";
import { selectorsOf } from "../../../../provider/trace/hops/route";
import type { TableRoute } from "../../../../provider/trace/network/placeDetails";
import type { Packet } from "../../../../provider/trace/packet";

const WEB: Packet = {
  ...{ family: "ipv4", protocol: "tcp", source: "10.1.0.2", destination: "10.2.0.2" },
  ...{ port: 80, isReply: false },
};

/** Rules as `ip -N -j -d rule show` prints them. */
const rulesOf = (...rules: readonly object[]) =>
  parsePolicyRules(
    JSON.stringify(rules.map((rule, at) => ({ priority: at, src: "all", protocol: "0", ...rule }))),
  );

const STANDING = [{ table: "255" }, { table: "254" }, { table: "253" }];
const LOCAL = STANDING.slice(0, 1);
const REST = STANDING.slice(1);
const PROHIBIT = { action: "8" };

const routeTo = (destination: string, table = 254, type = "unicast"): TableRoute => ({
  ...{ destination, table, type, protocol: 4, metric: 0, via: undefined, interface: undefined },
});

const ROUTES = [routeTo("10.2.0.0/24")];

/** Returns the index of the rule that decides on a packet that enters by `ra`, or the ruling in a word. */
function ruling(
  rules: readonly object[],
  routes: readonly TableRoute[] = ROUTES,
  flow: Flow = flowOf(WEB, "ra"),
) {
  const found = rulingOf(rulesOf(...LOCAL, ...rules, ...REST), { routes }, flow);
  return found.by === "rule" ? found.rule.priority : found.by;
}

describe("what policy rules make of a packet", () => {
  describe("that comes in by ra, TCP from 10.1.0.2 to 10.2.0.2 port 80", () => {
    const rows: readonly (readonly [selectors: object, isMet: boolean])[] = [
      [{}, true],
      [{ src: "10.1.0.0", srclen: 24 }, true],
      [{ src: "10.3.0.0", srclen: 24 }, false],
      [{ dst: "10.2.0.2" }, true],
      [{ dst: "10.2.0.3" }, false],
      [{ iif: "ra" }, true],
      [{ iif: "lo" }, false],
      [{ oif: "rb" }, false],
      [{ fwmark: "0x1" }, false],
      [{ fwmark: "0", fwmask: "0xff" }, true],
      [{ fwmark: "0x80000000", fwmask: "0x80000000" }, false],
      [{ ipproto: "ipproto-6" }, true],
      [{ ipproto: "ipproto-17" }, false],
      [{ dport: 80 }, true],
      [{ dport_start: 81, dport_end: 90 }, false],
      [{ sport: 80 }, false],
      [{ uid_start: 0, uid_end: 5 }, true],
      [{ uid_start: 1000, uid_end: 1999 }, false],
      [{ tos: "0x10" }, false],
      [{ src: "10.1.0.0", srclen: 24, ipproto: "ipproto-17" }, false],
    ];
    for (const [selectors, isMet] of rows) {
      it(`${JSON.stringify(selectors)} is ${isMet ? "" : "not "}for`, () => {
        expect(ruling([{ ...selectors, ...PROHIBIT }])).to.equal(isMet ? 1 : "route");
        expect(ruling([{ not: null, ...selectors, ...PROHIBIT }])).to.equal(isMet ? "route" : 1);
      });
    }
  });

  it("knows no source of what the place itself is about to send, and lo for its link", () => {
    const own = flowOf(WEB, undefined);
    expect(ruling([{ src: "10.1.0.2", ...PROHIBIT }], ROUTES, own)).to.equal("route");
    expect(ruling([{ iif: "lo", ...PROHIBIT }], ROUTES, own)).to.equal(1);
    const answer = flowOf({ ...WEB, isReply: true }, undefined);
    expect(ruling([{ src: "10.1.0.2", ...PROHIBIT }], ROUTES, answer)).to.equal(1);
  });

  it("tells ICMP of either family", () => {
    const ping: Packet = { ...WEB, protocol: "icmp", port: undefined };
    const ping6: Packet = { ...ping, family: "ipv6", source: "fd00:1::2", destination: "fd00:2::2" };
    const rule = { ipproto: "ipproto-58", ...PROHIBIT };
    expect(ruling([rule], ROUTES, flowOf(ping, "ra"))).to.equal("route");
    expect(ruling([rule], [routeTo("fd00:2::/64")], flowOf(ping6, "ra"))).to.equal(1);
  });

  describe("looks tables up", () => {
    const lookup = { table: "77" };

    it("until one of them has a route", () => {
      expect(ruling([lookup, PROHIBIT])).to.equal(2);
      expect(ruling([lookup, PROHIBIT], [...ROUTES, routeTo("10.2.0.2", 77)])).to.equal("route");
      expect(ruling([], [])).to.equal("nobody");
    });

    it("beyond a throw, and beyond what a rule suppresses", () => {
      expect(
        ruling([lookup, PROHIBIT], [routeTo("default", 77), routeTo("10.2.0.0/16", 77, "throw")]),
      ).to.equal(2);
      const suppressed = { ...lookup, suppress_prefixlen: 0 };
      expect(ruling([suppressed, PROHIBIT], [...ROUTES, routeTo("default", 77)])).to.equal(2);
      expect(ruling([suppressed, PROHIBIT], [...ROUTES, routeTo("10.0.0.0/8", 77)])).to.equal("route");
    });

    it("until one of them has a dead route, which is the rule's doing unless it is main's", () => {
      expect(ruling([lookup], [...ROUTES, routeTo("default", 77, "unreachable")])).to.equal(1);
      expect(ruling([], [routeTo("default", 254, "unreachable")])).to.equal("route");
    });
  });

  it("is a missing route, where a rule only drops what main has none for", () => {
    expect(ruling([{ table: "254" }, PROHIBIT], [])).to.equal("nobody");
    expect(ruling([{ table: "254", suppress_prefixlen: 0 }, PROHIBIT], [routeTo("default")])).to.equal(2);
    expect(ruling([PROHIBIT], [])).to.equal(1);
  });

  it("is not told where a rule may be for it that asks for more", () => {
    expect(ruling([{ goto: 9 }])).to.equal("untold");
    expect(ruling([{ "l3mdev-table": null, iif: "rb" }])).to.equal("route");
    expect(ruling([{ tun_id: "5", not: null, iif: "rb", ...PROHIBIT }])).to.equal("untold");
    expect(ruling([{ action: "99" }])).to.equal("untold");
    expect(ruling([{ nop: null }, { goto: 9, unresolved: null }])).to.equal("route");
  });
});

describe("a policy rule in words", () => {
  const rows: readonly (readonly [rule: object, words: string])[] = [
    [{ iif: "ra", ...PROHIBIT }, "pref 0 iif ra prohibit"],
    [{ table: "254" }, "pref 0 lookup main"],
    [{ ipproto: "ipproto-58", table: "77" }, "pref 0 ipproto ipv6-icmp lookup 77"],
    [
      {
        ...{ not: null, src: "10.0.0.0", srclen: 8, dst: "10.9.0.1", iif: "v0", oif: "v1", tos: "0x10" },
        ...{ fwmark: "0x10", fwmask: "0xff", ipproto: "ipproto-132", sport_start: 10, sport_end: 20 },
        ...{ dport: 80, uid_start: 5, uid_end: 5, table: "101", suppress_prefixlen: 0 },
      },
      "pref 0 not from 10.0.0.0/8 to 10.9.0.1/32 iif v0 oif v1 fwmark 0x10/0xff ipproto 132 sport 10-20 dport 80 uidrange 5-5 tos 0x10 lookup 101 suppress_prefixlength 0",
    ],
  ];
  for (const [rule, words] of rows) {
    it(words, () => expect(rulesOf(rule).map(ruleWords)).to.deep.equal([words]));
  }
});

describe("what the kernel is asked of a packet beyond its addresses", () => {
  const rows: readonly (readonly [packet: Partial<Packet>, words: string])[] = [
    [{}, "ipproto 6 dport 80"],
    [{ protocol: "udp", sourcePort: 53, port: undefined, isReply: true }, "ipproto 17 sport 53"],
    [{ protocol: "icmp", port: undefined }, "ipproto 1"],
    [{ protocol: "icmp", port: undefined, family: "ipv6" }, "ipproto 58"],
  ];
  for (const [packet, words] of rows) {
    it(words, () => expect(selectorsOf({ ...WEB, ...packet }).join(" ")).to.equal(words));
  }
});
