import { expect } from "chai";
import { checkedPartsOf } from "../../../provider/composites/checkedParts";
import type { Composite } from "../../../provider/composites/composite";
import * as engine from "../../../provider/composites/lifecycle";
import { planOf } from "../../../provider/composites/plan";
import { topology } from "../../../provider/composites/topology";
import type { Args } from "../../../provider/engine/definition";
import * as single from "../../../provider/engine/lifecycle";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { bridge } from "../../../provider/kinds/bridge";
import { FilterRuleArgs } from "../../../provider/kinds/filterRule/args";
import { markFor, placesIn, withUnknown } from "../../support/args";
import { checkedComposite, compositeProblems, creationOf, ownersIn } from "../../support/composite";
import { HERE } from "../../support/fakeHost";

const composite: Composite = topology;
const problems = (given: Args) => compositeProblems(composite, given, JSON.stringify(given));

const lab: Args = {
  sysctls: { "net.ipv4.ip_forward": 1, "net/ipv4/conf/br0/rp_filter": 2 },
  bridges: { br0: { addresses: ["10.0.0.254/24"] }, inner: { namespace: "red", mtu: 1400 } },
  nodes: {
    red: {
      interfaces: { eth0: { peer: { bridge: "br0" }, addresses: ["10.0.0.1/24"] } },
      routes: [{ destination: "default", via: "10.0.0.254" }],
    },
    blue: { interfaces: { eth0: { peer: { namespace: "red", name: "blue0", bridge: "inner" } } } },
  },
  routes: [{ destination: "10.9.0.0/16", via: "10.0.0.1" }],
  nat: {
    out: { kind: "masquerade", source: "10.0.0.0/24" },
    inside: { kind: "masquerade", namespace: "red", outInterface: "eth0" },
  },
  filter: {
    guard: { chain: "forward", protocol: "tcp", port: 22, verdict: "drop" },
    within: { chain: "input", namespace: "red", verdict: "log" },
  },
};

/** The same with more arguments. */
const full: Args = {
  ...lab,
  nodes: {
    ...Object(lab["nodes"]),
    green: {
      sysctls: { "net.ipv4.ip_forward": 1 },
      interfaces: {
        eth0: {
          peer: { name: "green0", mtu: 1400, addresses: ["fd00::1/64"] },
          addresses: [{ address: "10.7.0.1/32", peer: "10.7.0.2/32", scope: "link" }],
        },
      },
      routes: [
        { destination: "10.8.0.0/16", nexthops: [{ via: "10.0.0.7" }, { via: "10.0.0.8", weight: 2 }] },
        { destination: "fd08::/48", via: "fd00::2", metric: 5 },
      ],
    },
  },
  nat: { web: { kind: "dnat", protocol: "tcp", port: [80, 443], destination: "10.0.0.1", to: "10.0.0.2" } },
  filter: {
    pings: {
      chain: "input",
      source: ["fd00::/64", "fd01::/64"],
      protocol: "icmpv6",
      icmpType: "echo-request",
      verdict: "reject",
    },
    log: {
      chain: "input",
      protocol: "udp",
      port: "53-54",
      verdict: "log",
      logPrefix: "dns ",
      state: ["new", "related"],
    },
    docker: { chain: "forward", backend: "iptables", dockerUser: true, verdict: "drop" },
  },
  adopt: true,
};

/** The operations of a plan, by keys. */
function planned(olds: Args, news: Args) {
  const { gone, made, changed } = planOf(
    composite,
    HERE,
    checkedComposite(composite, olds),
    checkedComposite(composite, news),
  );
  return {
    gone: gone.map(({ key }) => key),
    made: made.map(({ key }) => key),
    changed: changed.map(({ part }) => part.key),
  };
}

const withBridge = (given: Args): Args => ({ ...lab, bridges: { ...Object(lab["bridges"]), ...given } });

describe("composites: Topology", () => {
  it("is nodes, bridges, rules, and the host's routes and parameters, each with its dependencies", () => {
    expect(ownersIn(composite, lab)).to.deep.equal({
      "Sysctl net.ipv4.ip_forward": [],
      "Sysctl net.ipv4.conf.br0.rp_filter": ["Bridge br0"],
      "Namespace red": [],
      "VethPair red/eth0": ["Namespace red", "Bridge br0"],
      "Address red/eth0 10.0.0.1/24": ["Namespace red", "VethPair red/eth0"],
      "Route red/0.0.0.0/0": ["Namespace red", "Address red/eth0 10.0.0.1/24"],
      "Namespace blue": [],
      "VethPair blue/eth0": ["Namespace blue", "Namespace red", "Bridge red/inner"],
      "Bridge br0": [],
      "Address br0 10.0.0.254/24": ["Bridge br0"],
      "Bridge red/inner": ["Namespace red"],
      "Route 10.9.0.0/16": ["Address br0 10.0.0.254/24"],
      "NatRule out": [],
      "NatRule inside": ["Namespace red"],
      "FilterRule guard": [],
      "FilterRule within": ["Namespace red"],
    });
  });

  it("creates its bridges, addresses and parameters as their own kinds do", () => {
    const commands = creationOf(composite, lab);
    expect(commands["Address br0 10.0.0.254/24"]).to.deep.equal([
      "ip address add 10.0.0.254/24 dev br0 scope global",
    ]);
    expect(commands["Sysctl net.ipv4.ip_forward"]).to.deep.equal(["sysctl -q -w net.ipv4.ip_forward=1"]);
    expect(commands["Bridge red/inner"]?.[0]).to.match(/^ip -n red link add name inner /);
    expect(commands["NatRule out"]?.[0]).to.include("masquerade");
  });

  it("is named by project, stack and name, and so are its parts", () => {
    const args = checkedComposite(composite, lab, "lab");
    expect(composite.id(args)).to.equal("project/stack/lab");
    expect(String(checkedPartsOf(composite, args)[3]?.checked["mark"])).to.match(
      /:VethPair:\w{12}:project\/stack\/lab\/red\/eth0$/,
    );
  });

  describe("plans", () => {
    const blue = { nodes: { ...Object(lab["nodes"]), blue: {} } };
    const rows: readonly (readonly [title: string, news: Args, plan: object])[] = [
      ["nothing if nothing changes", lab, {}],
      [
        "a removed node: its namespace with its content",
        { ...lab, nodes: { red: Object(lab["nodes"]).red } },
        {
          gone: ["Namespace blue", "VethPair blue/eth0"],
        },
      ],
      ["a removed interface", { ...lab, ...blue }, { gone: ["VethPair blue/eth0"] }],
      [
        "a setting of a bridge",
        withBridge({ inner: { namespace: "red", mtu: 1300 } }),
        { changed: ["Bridge red/inner"] },
      ],
      [
        "a replaced bridge: its ports are attached again",
        withBridge({ inner: { namespace: "red" } }),
        {
          gone: ["Bridge red/inner"],
          made: ["Bridge red/inner", "VethPair blue/eth0"],
        },
      ],
      [
        "an address that is another one: the routes over it come again",
        withBridge({ br0: { addresses: ["10.0.0.253/24"] } }),
        {
          gone: ["Address br0 10.0.0.254/24"],
          made: ["Address br0 10.0.0.253/24", "Route 10.9.0.0/16"],
        },
      ],
      [
        "an address more",
        withBridge({ br0: { addresses: ["10.0.0.254/24", "10.0.1.254/24"] } }),
        {
          made: ["Address br0 10.0.1.254/24"],
        },
      ],
      [
        "a NAT rule of another kind",
        { ...lab, nat: { out: { kind: "snat", to: "10.1.1.1" } } },
        {
          gone: ["NatRule out", "NatRule inside"],
          made: ["NatRule out"],
        },
      ],
      [
        "a filter rule with another verdict, and one less",
        { ...lab, filter: { guard: { chain: "forward", protocol: "tcp", port: 22, verdict: "accept" } } },
        { gone: ["FilterRule within"], changed: ["FilterRule guard"] },
      ],
      [
        "a parameter less, another value",
        { ...lab, sysctls: { "net.ipv4.ip_forward": 0 } },
        {
          gone: ["Sysctl net.ipv4.conf.br0.rp_filter"],
          changed: ["Sysctl net.ipv4.ip_forward"],
        },
      ],
    ];
    for (const [title, news, plan] of rows) {
      it(title, () => {
        expect(planned(lab, news)).to.deep.equal({ gone: [], made: [], changed: [], ...plan });
      });
    }
  });

  describe("with an unknown value", () => {
    it("fills in defaults of known fields beside it", () => {
      const { args } = engine.check(composite, HERE, {
        filter: {
          a: { chain: "input", source: UNKNOWN, verdict: "drop" },
          b: { chain: "output", verdict: "drop" },
        },
        mark: markFor("Topology", "defaults"),
      });
      const defaults = { backend: "nftables", priority: 0, dockerUser: false };
      expect(args["filter"]).to.deep.equal({
        a: { ...defaults, chain: "input", source: UNKNOWN, verdict: "drop" },
        b: { ...defaults, chain: "output", verdict: "drop" },
      });
    });

    for (const path of placesIn(full)) {
      it(`accepts ${path.join(".")}`, () => {
        const given = { ...withUnknown(full, path), mark: markFor("Topology") };
        expect(engine.inspect(composite, given).problems).to.deep.equal([]);
      });
    }
  });

  describe("refuses, by place", () => {
    const rows: readonly (readonly [given: Args, ...problems: RegExp[]])[] = [
      [{ nodes: { "a b": {} } }, /^nodes.a b: is "a b": white space/],
      [{ nodes: { n1: { name: "n2" } } }, /^nodes.n1.name: is not a property; there are `sysctls`, /],
      [
        { nodes: { t1: { interfaces: { eth0: { addresses: ["10.0.0.1"] } } } } },
        /^nodes.t1.interfaces.eth0.addresses\[0\].address: is "10.0.0.1" without/,
      ],
      [{ bridges: { "a-bridge-with-a-name": {} } }, /^bridges.a-bridge-with-a-name: is 20 bytes long/],
      [
        { bridges: { t2: { stp: true, forwardDelay: 0 } } },
        /^bridges.t2.forwardDelay: is 0, but spanning tree/,
      ],
      [{ nat: { out: { kind: "masquerade", to: "10.0.0.1" } } }, /^nat.out.to: /],
      [{ nat: { out: {} } }, /^nat.out.kind: is required/],
      [{ filter: { guard: { chain: "input" } } }, /^filter.guard.verdict: is required/],
      [
        { filter: { guard: { chain: "input", port: 22, verdict: "drop" } } },
        /^filter.guard.port: has a port, but no/,
      ],
      [
        { filter: { guard: { chain: "input", verdict: "drop" } } },
        /^filter.guard.inInterface: does not leave out the link lo, /,
      ],
      [
        {
          filter: {
            rest: { chain: "forward", verdict: "drop", priority: 7 },
            web: { chain: "forward", verdict: "accept", priority: 7, protocol: "tcp", port: 80 },
          },
        },
        /^filter.web.priority: is 7, as that of filter.rest, but one is for accept and the other for drop: .*; give them different ones, the lower is asked first$/,
      ],
      [
        { routes: [{ destination: "10.0.0.1/8", via: "10.0.0.1" }] },
        /^routes\[0\].destination: is "10.0.0.1\/8"/,
      ],
      [
        { sysctls: { "net.ipv4.ip_forward": 1, "net/ipv4/ip_forward": 0 } },
        /^sysctls.net\/ipv4\/ip_forward: is the same as sysctls.net.ipv4.ip_forward/,
      ],
      [
        {
          nodes: {
            t3: { interfaces: { eth0: { peer: { name: "t3x" } } } },
            t4: { interfaces: { eth0: { peer: { name: "t3x" } } } },
          },
        },
        /^nodes.t4.interfaces.eth0: link t3x is VethPair "/,
      ],
    ];
    for (const [given, ...expected] of rows) {
      it(JSON.stringify(given), () => {
        const found = problems(given);
        expect(found).to.have.lengthOf(expected.length);
        for (const [at, words] of expected.entries()) expect(found[at]).to.match(words);
      });
    }

    it("rules of equal priority only once all is known", () => {
      const web = { chain: "forward", verdict: "accept", source: UNKNOWN };
      expect(problems({ filter: { rest: { chain: "forward", verdict: "drop" }, web } })).to.deep.equal([]);
    });

    it("a wrong rule beside a partly unknown one", () => {
      const a = { namespace: "n1", chain: "input", source: UNKNOWN, verdict: "drop" };
      expect(
        problems({ filter: { a, bad: { namespace: "n1", chain: "inptu", verdcit: "DROP" } } }),
      ).to.deep.equal([
        "filter.bad.verdcit: is not a property; there are " +
          Object.keys(FilterRuleArgs.shape)
            .map((name) => `\`${name}\``)
            .join(", "),
        'filter.bad.chain: is "inptu", not one of input, output, forward',
        "filter.bad.verdict: is required: one of accept, drop, reject, log",
      ]);
      expect(problems({ filter: { a, bad: { chain: "input", port: 22, verdict: "drop" } } })).to.deep.equal([
        "filter.bad.port: has a port, but no `protocol` is given: set `protocol` to tcp, udp or sctp",
      ]);
    });

    it("a wrong part of a node beside unknown values", () => {
      const eth0 = { mtu: UNKNOWN, peer: UNKNOWN, addresses: [UNKNOWN, "10.0.0.1/24", "10.0.0.1/24"] };
      const routes = [{ destination: "default", via: UNKNOWN }, { destination: "10.0.0.0/8" }];
      expect(problems({ nodes: { u1: { interfaces: { eth0 }, routes } } })).to.deep.equal([
        "nodes.u1.routes[1].via: is missing: name a gateway here, a link as `interface`, or several ways as `nexthops`",
        "nodes.u1.interfaces.eth0.addresses[2].address: is the same as nodes.u1.interfaces.eth0.addresses[1]: drop one of them",
      ]);
    });

    it("an unnamed list of rules", () => {
      expect(problems({ filter: [{ chain: "input", verdict: "drop" }] })).to.deep.equal([
        "filter: is a list, not a map of names to values",
      ]);
    });

    it("objects of a single resource, and the other way round", () => {
      const mark = markFor("Bridge", "single");
      expect(single.check(bridge, HERE, { name: "br-single", mark }).problems).to.deep.equal([]);
      expect(problems({ bridges: { "br-single": {} } })).to.deep.equal([
        'bridges.br-single: link br-single is Bridge "single" already: two resources of a program cannot be the same kernel object, so rename or remove one of them',
      ]);
      expect(compositeProblems(composite, { bridges: { "br-part": {} } }, "lab")).to.deep.equal([]);
      expect(single.check(bridge, HERE, { name: "br-part", mark }).problems).to.deep.equal([
        {
          property: "name",
          reason:
            'link br-part is Bridge "lab/br-part" already: two resources of a program cannot be the same kernel object, so rename or remove one of them',
        },
      ]);
    });
  });
});
