import { expect } from "chai";
import { checkedPartsOf } from "../../provider/composites/checkedParts";
import { inspect } from "../../provider/composites/lifecycle";
import { node } from "../../provider/composites/node";
import { topology } from "../../provider/composites/topology";
import type { Args, Definition } from "../../provider/engine/definition";
import * as engine from "../../provider/engine/lifecycle";
import { address } from "../../provider/kinds/address";
import { filterRule } from "../../provider/kinds/filterRule/filterRule";
import { namespace } from "../../provider/kinds/namespace";
import { natRule } from "../../provider/kinds/natRule/natRule";
import { neighbor } from "../../provider/kinds/neighbor";
import { policyRule } from "../../provider/kinds/policyRule";
import { route } from "../../provider/kinds/route";
import { sysctl } from "../../provider/kinds/sysctl";
import { vethPair } from "../../provider/kinds/vethPair";
import { asObserved, checked, markFor } from "../support/args";
import { HERE } from "../support/fakeHost";

/** A kind, arguments, and other spellings of some of them. */
type Row = readonly [definition: Definition, given: Args, ...others: readonly Args[]];

const ADDRESS = { interface: "eth0" };
const ROUTE = { via: "10.0.0.1" };
const RULE = { priority: 100, table: 7 };
const LONG = "FD00:0:0:0:0:0:0:1";

const rows: readonly Row[] = [
  [address, { ...ADDRESS, address: "fd00::1/64" }, { address: `${LONG}/64` }, { address: "fd00:0::0001/64" }],
  [
    address,
    { ...ADDRESS, address: "::ffff:10.0.0.1/128" },
    { address: "::FFFF:a00:1/128" },
    { address: "0::ffff:10.0.0.1/128" },
  ],
  [address, { ...ADDRESS, address: "10.0.0.1/32", peer: "10.0.0.2" }, { peer: "10.0.0.2/32" }],
  [route, { ...ROUTE, destination: "default" }, { destination: "0.0.0.0/0" }],
  [
    route,
    { via: "fd00::1", destination: "default" },
    { destination: "::/0" },
    { destination: "0::0/0", via: LONG },
  ],
  [route, { ...ROUTE, destination: "10.9.0.1/32" }, { destination: "10.9.0.1" }],
  [route, { ...ROUTE, destination: "10.9.0.0/24", table: "main" }, { table: 254 }],
  [route, { ...ROUTE, destination: "10.9.0.0/24", table: 253 }, { table: "default" }],
  [policyRule, { ...RULE, table: 255 }, { table: "local" }],
  [policyRule, { ...RULE, from: "10.9.0.1/32", fwmark: 16 }, { from: "10.9.0.1", fwmark: "0x10/0xffffffff" }],
  [policyRule, { ...RULE, to: "fd00::/64", ipproto: "tcp", dport: 80 }, { to: "FD00:0::/64", dport: "80" }],
  [policyRule, { ...RULE, uidrange: 1000 }, { uidrange: "1000-1000" }],
  [
    neighbor,
    { ...ADDRESS, address: "fd00::1", lladdr: "02:00:00:00:00:aa" },
    { address: LONG, lladdr: "02:00:00:00:00:AA" },
  ],
  [
    vethPair,
    { end: { name: "a", mac: "02:00:00:00:00:aa" }, peer: { name: "b" } },
    { end: { name: "a", mac: "02:00:00:00:00:AA" } },
  ],
  [
    natRule,
    { kind: "dnat", destination: "10.0.0.1/32", protocol: "tcp", port: 80, to: "10.0.0.2:80" },
    { destination: "10.0.0.1", port: "80-80", to: "10.0.0.2-10.0.0.2:80-80" },
    { port: [80, "80"] },
  ],
  [
    natRule,
    { kind: "snat", source: "fd00::/64", to: "fd00:1::1" },
    { source: "FD00:0::0/64", to: "FD00:1:0::1" },
  ],
  [
    filterRule,
    { chain: "forward", verdict: "drop", source: "10.0.0.0/8", protocol: "tcp", port: [80, 443] },
    { source: ["10.0.0.0/9", "10.128.0.0/9"], port: ["443", 80, 80] },
  ],
  [
    sysctl,
    { key: "net.ipv4.ip_forward", value: 1 },
    { key: "net/ipv4/conf/all/forwarding" },
    { value: " 1" },
  ],
  [
    namespace,
    { name: "red", sysctls: { "net.ipv4.ip_forward": 1 } },
    { sysctls: { "net/ipv4/conf/all/forwarding": "1" } },
  ],
];

describe("another spelling of an object", () => {
  for (const [definition, given, ...others] of rows) {
    for (const other of others) {
      const title = `${definition.kind} ${JSON.stringify(given)}: ${JSON.stringify(other)}`;
      const one = checked(definition, given, "it");
      const two = checked(definition, { ...given, ...other }, "it");

      it(`is the same object, and not recreated: ${title}`, () => {
        expect(definition.id(two)).to.equal(definition.id(one));
        expect(definition.objectNames(two)).to.deep.equal(definition.objectNames(one));
        const { changes, replaces } = engine.diff(definition, HERE, one, two);
        expect(replaces).to.deep.equal([]);
        // If a record keeps its spelling, no command follows.
        if (changes)
          expect(definition.update(asObserved(spelt(definition, one, two)), two)).to.deep.equal([]);
      });
    }
  }
});

/** The kernel has the object, and reports it in the requested words. */
const spelt = (definition: Definition, was: Args, now: Args): Args =>
  definition === namespace ? { ...was, sysctls: now["sysctls"] } : was;

describe("two resources that spell one object in two ways", () => {
  for (const [definition, given, other] of rows) {
    // Rules are identified by their marks alone.
    if (definition === natRule || definition === filterRule) continue;
    it(`are refused under one name: ${definition.kind} ${JSON.stringify(given)}`, () => {
      const place = { namespace: `twins-${rows.findIndex((row) => row[1] === given)}` };
      const at = (args: Args): Args => {
        if (definition === namespace) return { ...args, name: place.namespace };
        return definition === vethPair ? args : { ...args, ...place };
      };
      const ask = (args: Args, name: string) =>
        engine.check(definition, HERE, { ...at(args), mark: markFor(definition.kind, name) }).problems;
      expect(ask(given, "one")).to.deep.equal([]);
      expect(
        ask({ ...given, ...other }, "two")
          .map(({ reason }) => reason)
          .join(),
      ).to.match(/ is .* already: /);
    });
  }

  it("are refused if one is a parameter of its namespace", () => {
    const name = "twins-mixed";
    const room = { name, sysctls: { "net.ipv4.conf.all.forwarding": 1 }, mark: markFor("Namespace", name) };
    expect(engine.check(namespace, HERE, room).problems).to.deep.equal([]);
    const own = { namespace: name, key: "net.ipv4.ip_forward", value: 1, mark: markFor("Sysctl", name) };
    expect(engine.check(sysctl, HERE, own).problems.map(({ property }) => property)).to.deep.equal(["key"]);
  });
});

describe("one list or map that spells an object in two ways", () => {
  const twice = { "net.ipv4.ip_forward": 1, "net/ipv4/conf/all/forwarding": 0 };
  const place = "sysctls.net/ipv4/conf/all/forwarding";

  it("is refused: parameters of a Namespace, a Node and a Topology", () => {
    const room = engine.check(namespace, HERE, {
      name: "twice",
      sysctls: twice,
      mark: markFor("Namespace", "twice"),
    });
    expect(room.problems).to.deep.equal([
      { property: place, reason: "is the same parameter as net.ipv4.ip_forward: drop one of them" },
    ]);
    const inNode = inspect(node, { name: "twice", sysctls: twice, mark: markFor("Node", "twice") });
    expect(inNode.problems.map(({ property }) => property)).to.deep.equal([place]);
    const inTopology = inspect(topology, { sysctls: twice, mark: markFor("Topology", "twice") });
    expect(inTopology.problems).to.deep.equal([
      { property: place, reason: "is the same as sysctls.net.ipv4.ip_forward: drop one of them" },
    ]);
  });

  it("is refused: addresses and routes of a Node", () => {
    const { problems } = inspect(node, {
      name: "twice",
      interfaces: { eth0: { addresses: ["fd00::1/64", `${LONG}/64`] } },
      routes: [
        { destination: "default", via: "10.0.0.1" },
        { destination: "0.0.0.0/0", via: "10.0.0.2" },
      ],
      mark: markFor("Node", "twice"),
    });
    expect(problems.map(({ property }) => property)).to.deep.equal([
      "interfaces.eth0.addresses[1].address",
      "routes[1].destination",
    ]);
  });
});

describe("a state of a version that distinguished spellings", () => {
  const former = { args: { value: "0" } };
  const state = {
    sysctls: { "net.ipv4.conf.all.forwarding": "1" },
    parts: { "Sysctl net.ipv4.conf.all.forwarding": { former } },
    mark: markFor("Topology", "old"),
  };

  it("has the part with its mark and the former settings", () => {
    const full = (given: Args): Args => ({ ...inspect(topology, given).args });
    const { parts, ...args } = state;
    const asked = full(args);
    const [part] = checkedPartsOf(topology, { ...asked, parts });
    expect(part?.key).to.equal("Sysctl net.ipv4.ip_forward");
    expect(part?.note.former).to.deep.equal(former);
    const [fresh] = checkedPartsOf(topology, asked);
    expect(part?.checked["mark"]).not.to.equal(fresh?.checked["mark"]);
  });
});
