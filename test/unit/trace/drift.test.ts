import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { address } from "../../../provider/kinds/address";
import { filterRule } from "../../../provider/kinds/filterRule/filterRule";
import { natRule } from "../../../provider/kinds/natRule/natRule";
import { neighbor } from "../../../provider/kinds/neighbor";
import { route } from "../../../provider/kinds/route";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vethPair } from "../../../provider/kinds/vethPair";
import {
  fixOf,
  lostAccept,
  lostAddress,
  lostLink,
  lostRule,
  sysctlFix,
  wrongPrefix,
} from "../../../provider/trace/drift";
import type { Fault } from "../../../provider/trace/fault";
import { type Network, type Place, placeOf } from "../../../provider/trace/network/network";
import { type Facts, type TableRoute, tableRoutesIn } from "../../../provider/trace/network/placeDetails";
import { type Known, Owners } from "../../../provider/trace/owners";
import type { Packet } from "../../../provider/trace/packet";
import { markFor, urnOf } from "../../support/args";

const CABLE = {
  end: { namespace: "red", name: "eth0", mtu: 1500, up: true },
  peer: { name: "red0", bridge: "br0", mtu: 1500, up: true },
};

const link = (name: string, more: object = {}) => ({
  ...{ ifindex: 1, ifname: name, flags: ["UP"], mtu: 1500, addr_info: [] },
  ...more,
});

const inet = (local: string, prefixlen: number) => ({ family: "inet", local, prefixlen, scope: "global" });

function networkOf(eth0: object = {}, red0: object = {}): Network {
  return [
    placeOf(undefined, [JSON.stringify([link("red0", { master: "br0", ...red0 })]), "[]"]),
    placeOf("red", [JSON.stringify([link("eth0", { addr_info: [inet("10.0.0.2", 24)], ...eth0 })]), "[]"]),
  ];
}

const rows = (...listed: readonly object[]): TableRoute[] =>
  tableRoutesIn(
    JSON.stringify(
      listed.map((one) => ({ type: "1", dst: "10.1.0.0/16", table: "254", protocol: "110", ...one })),
    ),
  );

const NOTHING: Facts = { routes: [], neighbours: [], chains: [], sysctls: new Map() };

function known(made: readonly (readonly [Definition, Args])[], network: Network, facts: Partial<Facts> = {}) {
  const resources: Known[] = made.map(([definition, args]) => ({
    ...{ definition, urn: urnOf(definition.kind, "it") },
    args: { ...args, mark: markFor(definition.kind) },
  }));
  const red = network.find(({ name }) => name === "red") as Place;
  const owners = new Owners(resources);
  return { network, owners, facts: new Map([[red, { ...NOTHING, ...facts }]]), red };
}

const RESTORE = (kind: string): string =>
  `restore ${kind} "it" of project/stack with \`pulumi up --refresh\``;

describe("the fix of a fault", () => {
  const to = { namespace: "red", destination: "10.1.0.0/16", table: "main", type: "unicast" };
  const via = { ...to, via: "10.0.0.1" };
  const several = {
    ...to,
    nexthops: [
      { via: "10.0.0.1", weight: 3 },
      { via: "10.0.0.9", weight: 1 },
    ],
  };
  const nexthops = (one: number, other: number) => [
    { gateway: "10.0.0.9", dev: "eth0", weight: other },
    { gateway: "10.0.0.1", dev: "eth0", weight: one },
  ];
  const entry = { ip: "10.0.0.1", interface: "eth0", mac: "02:00:00:00:00:01", state: "PERMANENT" };
  const said = { namespace: "red", interface: "eth0", address: "10.0.0.1", lladdr: "02:00:00:00:00:01" };
  const cases: readonly (readonly [
    name: string,
    cause: Fault["cause"],
    definition: Definition,
    args: Args,
    isRestored: boolean,
    network: Network,
    facts?: Partial<Facts>,
  ])[] = [
    ["a link as its cable says", "link-down", vethPair, CABLE, false, networkOf()],
    ["a link that was set down", "link-down", vethPair, CABLE, true, networkOf({ flags: [] })],
    ["an MTU that was changed", "mtu", vethPair, CABLE, true, networkOf({ mtu: 1400 })],
    [
      "a port taken off its bridge",
      "not-attached",
      vethPair,
      CABLE,
      true,
      networkOf({}, { master: undefined }),
    ],
    [
      "a route as it says",
      "gateway",
      route,
      via,
      false,
      networkOf(),
      { routes: rows({ gateway: "10.0.0.1" }) },
    ],
    [
      "a changed gateway",
      "gateway",
      route,
      via,
      true,
      networkOf(),
      { routes: rows({ gateway: "10.0.0.7" }) },
    ],
    ["a route turned dead", "dead-route", route, via, true, networkOf(), { routes: rows({ type: "6" }) }],
    [
      "ways as they are said",
      "gateway",
      route,
      several,
      false,
      networkOf(),
      { routes: rows({ nexthops: nexthops(3, 1) }) },
    ],
    [
      "a changed weight",
      "gateway",
      route,
      several,
      true,
      networkOf(),
      { routes: rows({ nexthops: nexthops(1, 1) }) },
    ],
    [
      "a route of another table",
      ...(["gateway", route, { ...via, table: 77 }, false, networkOf()] as const),
      { routes: rows({ gateway: "10.0.0.1", table: "77" }, { gateway: "10.0.0.7" }) },
    ],
    ["an entry as it says", "neighbour", neighbor, said, false, networkOf(), { neighbours: [entry] }],
    [
      "an entry that was changed",
      "neighbour",
      neighbor,
      { ...said, lladdr: "02:00:00:00:00:02" },
      true,
      networkOf(),
      { neighbours: [entry] },
    ],
    ["drift that is not the reason", "filter", vethPair, CABLE, false, networkOf({ flags: [] })],
  ];
  for (const [name, cause, definition, args, isRestored, network, facts] of cases) {
    it(`${isRestored ? "restores" : "changes"} ${name}`, () => {
      const all = known([[definition, args]], network, facts);
      const owner = all.owners.find(definition.kind, () => true);
      const { fix, code } = fixOf(all, all.red, { cause, fix: "change it", owner });
      expect(fix).to.equal(isRestored ? RESTORE(definition.kind) : "change it");
      expect(code).to.equal(isRestored ? "pulumi up --refresh" : undefined);
    });
  }

  it("asks for both where the state of a link's stack is not known", () => {
    const all = known([], networkOf());
    const owner = new Owners([]).ofMark(markFor("VethPair"));
    expect(fixOf(all, all.red, { cause: "mtu", fix: "change it", owner }).fix).to.equal(
      'change it; if VethPair "it" of project/stack says so already, run `pulumi up --refresh`',
    );
  });

  const parameters: readonly (readonly [said: string, value: string, fix: string])[] = [
    ["1", "1", 'change Sysctl "it" of project/stack to set it to 0'],
    ["0", "1", RESTORE("Sysctl")],
  ];
  for (const [value, there, fix] of parameters) {
    it(`of a parameter that is to be ${value} and is ${there}`, () => {
      const key = "net/ipv4/icmp_echo_ignore_all";
      const args = { namespace: "red", key: key.replaceAll("/", "."), value };
      const all = known([[sysctl, args]], networkOf(), { sysctls: new Map([[key, there]]) });
      expect(sysctlFix(all, all.red, key, "0").fix).to.equal(fix);
    });
  }
});

describe("what a resource has made and the kernel has not", () => {
  const at = (ip: string) => ({ namespace: "red", interface: "eth0", address: ip });
  const address24 = (ip: string) => known([[address, at(ip)]], networkOf());

  it("is an address that nobody has", () => {
    expect(lostAddress(address24("10.0.0.3/24"), "10.0.0.3")?.kind).to.equal("Address");
    expect(lostAddress(address24("10.0.0.2/24"), "10.0.0.2")).to.equal(undefined);
  });

  it("is an address with another prefix length", () => {
    const wrong = (ip: string) => {
      const all = address24(ip);
      const [device] = all.red.devices;
      return device && wrongPrefix(all, all.red, device, "10.0.0.2");
    };
    expect(wrong("10.0.0.2/16")?.kind).to.equal("Address");
    expect(wrong("10.0.0.2/24")).to.equal(undefined);
  });

  it("is a cable", () => {
    const cable = (name: string) =>
      known([[vethPair, { ...CABLE, end: { namespace: "red", name } }]], networkOf());
    const lost = cable("eth1");
    expect(lostLink(lost, lost.red)?.kind).to.equal("VethPair");
    const there = cable("eth0");
    expect(lostLink(there, there.red)).to.equal(undefined);
  });

  it("is a rule of NAT", () => {
    const rule = (comment: string) => ({ text: "", comment, judge: () => "nothing" as const });
    const chain = { tool: "iptables", family: "ip", table: "nat", name: "POSTROUTING" } as const;
    const lost = (comment: string) => {
      const all = known([[natRule, { namespace: "red", kind: "masquerade" }]], networkOf(), {
        chains: [{ ...chain, rules: [rule(comment)] }],
      });
      return lostRule(all, "NatRule", all.red, ({ kind }) => kind === "masquerade");
    };
    expect(lost("theirs")?.kind).to.equal("NatRule");
    expect(lost(`${markFor("NatRule")},priority=5`)).to.equal(undefined);
  });

  const packet: Packet = {
    ...{ family: "ipv4", protocol: "tcp", source: "10.1.0.2", destination: "10.2.0.2", port: 80 },
    isReply: false,
  };
  const accepts: readonly (readonly [args: Args, isLost: boolean])[] = [
    [{}, true],
    [{ source: "10.1.0.0/24", protocol: "tcp" }, true],
    [{ source: ["10.3.0.0/24", "10.1.0.0/24"] }, true],
    [{ source: "!10.1.0.0/24" }, false],
    [{ destination: "10.9.0.0/24" }, false],
    [{ protocol: "udp" }, false],
    [{ chain: "input" }, false],
    [{ verdict: "drop" }, false],
    [{ backend: "firewalld" }, false],
  ];
  for (const [args, isLost] of accepts) {
    it(`is ${isLost ? "" : "not "}a FilterRule with ${JSON.stringify(args)}`, () => {
      const rule = { namespace: "red", chain: "forward", verdict: "accept", ...args };
      const all = known([[filterRule, rule]], networkOf());
      expect(lostAccept(all, all.red, "forward", packet) !== undefined).to.equal(isLost);
    });
  }
});
