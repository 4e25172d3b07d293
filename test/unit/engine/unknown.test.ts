import { expect } from "chai";
import { reachability } from "../../../provider/assertions/reachability";
import { checkArgs } from "../../../provider/engine/check";
import type { Args, Definition } from "../../../provider/engine/definition";
import { asFarAsKnown, hasUnknown, readable, UNKNOWN } from "../../../provider/engine/unknown";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { filterRule } from "../../../provider/kinds/filterRule/filterRule";
import { natRule } from "../../../provider/kinds/natRule/natRule";
import { neighbor } from "../../../provider/kinds/neighbor";
import { ovsPort } from "../../../provider/kinds/ovsPort";
import { policyRule } from "../../../provider/kinds/policyRule";
import { route } from "../../../provider/kinds/route";
import { vethPair } from "../../../provider/kinds/vethPair";
import { markFor } from "../../support/args";

type Kind = Pick<Definition, "kind" | "schema" | "defaults" | "problems">;

describe("unknown", () => {
  it("is the engine's own text", () => {
    expect(UNKNOWN).to.equal("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
  });

  const rows: readonly (readonly [value: unknown, isUnknown: boolean])[] = [
    [UNKNOWN, true],
    [{ a: UNKNOWN }, true],
    [{ a: { b: [1, { c: UNKNOWN }] } }, true],
    [[UNKNOWN], true],
    [`${UNKNOWN} `, false],
    [{ [UNKNOWN]: 1 }, false],
    ["", false],
    [0, false],
    [null, false],
    [undefined, false],
    [[], false],
    [{ a: null, b: [undefined] }, false],
  ];
  for (const [value, isUnknown] of rows) {
    it(`${JSON.stringify(value)}: ${isUnknown}`, () => {
      expect(hasUnknown(value)).to.equal(isUnknown);
    });
  }

  describe("readable", () => {
    it("is the same if all is known", () => {
      const value = { a: [1, { b: null }] };
      expect(readable(value)).to.equal(value);
    });

    it("has the known values, and throws for the rest", () => {
      const copy = readable({ a: 1, b: UNKNOWN, list: [UNKNOWN, 2], all: { c: 3, d: UNKNOWN } });
      expect([copy.a, copy.list.length, copy.list[1], copy.all.c]).to.deep.equal([1, 2, 2, 3]);
      expect(Array.isArray(copy.list)).to.equal(true);
      for (const read of [() => copy.b, () => copy.list[0], () => copy.all.d, () => ({ ...copy })])
        expect(read).to.throw();
    });
  });

  describe("asFarAsKnown", () => {
    const look = asFarAsKnown(
      ({ a }: { a: unknown; b: unknown }) => [`a is ${a}`],
      ({ a, b }) => [`a and b are ${a} and ${b}`],
      ({ b }) => [`b is ${b}`],
    );

    it("has all results if all is known", () => {
      expect(look({ a: 1, b: 2 })).to.deep.equal(["a is 1", "a and b are 1 and 2", "b is 2"]);
    });

    it("leaves out those that read an unknown value", () => {
      expect(look(readable({ a: 1, b: UNKNOWN }))).to.deep.equal(["a is 1"]);
    });

    const kinds: readonly (readonly [kind: Kind, given: Args, ...properties: string[]])[] = [
      [
        address,
        { interface: UNKNOWN, address: "10.0.0.1/32", peer: "fd00::1", nodad: true },
        "peer",
        "nodad",
      ],
      [address, { interface: "eth0", address: UNKNOWN, nodad: true }],
      [bridge, { name: UNKNOWN, stp: true, forwardDelay: 1 }, "forwardDelay"],
      [bridge, { name: "br0", stp: UNKNOWN, forwardDelay: 1 }],
      [vethPair, { end: { name: "a", mtu: UNKNOWN }, peer: { name: "a" } }, "peer.name"],
      [vethPair, { end: { name: "a", namespace: UNKNOWN }, peer: { name: "a" } }],
      [route, { destination: "10.0.0.0/8", namespace: UNKNOWN }, "via"],
      [route, { destination: "10.0.0.0/8", via: UNKNOWN, source: "fd00::1" }, "source"],
      [route, { destination: "default", via: UNKNOWN, source: "10.0.0.1" }],
      [route, { destination: "10.0.0.0/8", nexthops: [{ via: UNKNOWN }] }, "nexthops"],
      [neighbor, { interface: "lo", address: "10.0.0.1", lladdr: UNKNOWN }, "interface"],
      [neighbor, { interface: UNKNOWN, address: "10.0.0.1" }, "lladdr"],
      [neighbor, { interface: "eth0", address: "10.0.0.1", proxy: UNKNOWN }],
      [policyRule, { priority: 5, from: UNKNOWN, ipproto: "icmp", sport: 7 }, "sport", "table"],
      [policyRule, { priority: 5, from: UNKNOWN, ipproto: "icmpv6", table: 5 }],
      [policyRule, { priority: 5, iif: UNKNOWN, invert: true, table: 5 }],
      [
        filterRule,
        { chain: "input", source: UNKNOWN, verdict: "drop", port: 22, outInterface: "a" },
        "outInterface",
        "port",
      ],
      [filterRule, { chain: UNKNOWN, verdict: "accept", logLevel: "err" }, "logLevel"],
      [filterRule, { chain: UNKNOWN, verdict: UNKNOWN, logLevel: "err", outInterface: "a" }],
      [
        filterRule,
        { chain: "input", backend: "firewalld", source: UNKNOWN, verdict: "drop", state: "new" },
        "state",
      ],
      [natRule, { kind: "dnat", to: UNKNOWN, port: 80, outInterface: "a" }, "outInterface"],
      [natRule, { kind: UNKNOWN, to: "10.0.0.1", port: 80 }, "port"],
      [ovsPort, { bridge: UNKNOWN, interface: "a", vlanMode: "trunk", tag: 5 }, "tag"],
      [reachability, { target: UNKNOWN, port: 80 }, "port"],
      [reachability, { target: "10.0.0.1", protocol: UNKNOWN, port: 80 }],
    ];
    for (const [kind, given, ...properties] of kinds) {
      it(`${kind.kind}: ${JSON.stringify(given).replaceAll(UNKNOWN, "?")}: ${properties.join(", ") || "well"}`, () => {
        const { problems } = checkArgs(kind, { ...given, mark: markFor(kind.kind) });
        expect(problems.map(({ property }) => property)).to.deep.equal(properties);
      });
    }

    it("hides no other error", () => {
      const broken = asFarAsKnown(() => {
        throw new TypeError("broken");
      });
      expect(() => broken({})).to.throw(TypeError, "broken");
    });
  });
});
