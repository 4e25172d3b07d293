import { expect } from "chai";
import type { Composite } from "../../../provider/composites/composite";
import { node } from "../../../provider/composites/node";
import { planOf } from "../../../provider/composites/plan";
import type { Table } from "../../../provider/composites/table";
import { inNode, inTopology } from "../../../provider/composites/tables";
import { topology } from "../../../provider/composites/topology";
import type { Args } from "../../../provider/engine/definition";
import { definitions } from "../../../provider/kinds";
import { checkedComposite, compositeProblems, creationOf, ownersIn } from "../../support/composite";
import { HERE } from "../../support/fakeHost";

/** Every kind as a part: a change that must reach only it, and a value that its kind refuses. */
interface Row {
  /** The arguments of a place that create it. */
  readonly given: Args;
  /** The key of the part in the namespace `red`, and on the host. */
  readonly keys: readonly [inRed: string, onHost: string];
  /** Its dependencies in `red` beside the namespace. */
  readonly on?: readonly string[];
  readonly changed?: Args;
  /** Arguments that its kind refuses, and the property that the error names. */
  readonly bad: readonly [given: Args, property: string];
}

const MAC = "02:00:00:00:00:09";
const bridges = { br0: { addresses: ["10.0.0.1/24"] } };

const rows: Readonly<Record<string, Row>> = {
  Bridge: {
    given: { bridges: { br0: { stp: true } } },
    keys: ["Bridge red/br0", "Bridge br0"],
    changed: { bridges: { br0: { stp: false } } },
    bad: [{ bridges: { br0: { stp: true, forwardDelay: 1 } } }, "bridges.br0.forwardDelay"],
  },
  VethPair: {
    given: { interfaces: { eth0: { peer: { name: "far" } } } },
    keys: ["VethPair red/eth0", "VethPair eth0"],
    changed: { interfaces: { eth0: { mtu: 1400, peer: { name: "far" } } } },
    bad: [{ interfaces: { eth0: { peer: { name: "a name" } } } }, "interfaces.eth0.peer.name"],
  },
  Dummy: {
    given: { dummies: { dum0: { mtu: 1400 } } },
    keys: ["Dummy red/dum0", "Dummy dum0"],
    changed: { dummies: { dum0: { mtu: 1300 } } },
    bad: [{ dummies: { "a name": {} } }, "dummies.a name"],
  },
  OvsBridge: {
    given: { ovsBridges: { ovs0: { failMode: "secure" } } },
    keys: ["OvsBridge ovs0", "OvsBridge ovs0"],
    changed: { ovsBridges: { ovs0: { failMode: "standalone" } } },
    bad: [{ ovsBridges: { ovs0: { stp: true, rstp: true } } }, "ovsBridges.ovs0.rstp"],
  },
  OvsPort: {
    given: { ovsPorts: { far: { bridge: "ovs0", tag: 1 } } },
    keys: ["OvsPort far", "OvsPort far"],
    changed: { ovsPorts: { far: { bridge: "ovs0", tag: 2 } } },
    bad: [{ ovsPorts: { far: { bridge: "ovs0", vlanMode: "access" } } }, "ovsPorts.far.tag"],
  },
  Address: {
    given: { bridges },
    keys: ["Address red/br0 10.0.0.1/24", "Address br0 10.0.0.1/24"],
    on: ["Bridge red/br0"],
    bad: [{ bridges: { br0: { addresses: ["10.0.0.1/33"] } } }, "bridges.br0.addresses[0].address"],
  },
  Neighbor: {
    given: {
      bridges: { br0: { addresses: ["10.0.0.1/24"], neighbors: [{ address: "10.0.0.9", lladdr: MAC }] } },
    },
    keys: ["Neighbor red/br0 10.0.0.9", "Neighbor br0 10.0.0.9"],
    on: ["Bridge red/br0", "Address red/br0 10.0.0.1/24"],
    changed: {
      bridges: {
        br0: {
          addresses: ["10.0.0.1/24"],
          neighbors: [{ address: "10.0.0.9", lladdr: "02:00:00:00:00:08" }],
        },
      },
    },
    bad: [{ bridges: { br0: { neighbors: [{ address: "10.0.0.9" }] } } }, "bridges.br0.neighbors[0].lladdr"],
  },
  Route: {
    given: { bridges, routes: [{ destination: "10.9.0.0/16", via: "10.0.0.2" }] },
    keys: ["Route red/10.9.0.0/16", "Route 10.9.0.0/16"],
    on: ["Address red/br0 10.0.0.1/24"],
    changed: { bridges, routes: [{ destination: "10.9.0.0/16", via: "10.0.0.3" }] },
    bad: [{ routes: [{ destination: "10.9.0.0/16" }] }, "routes[0].via"],
  },
  PolicyRule: {
    given: { policyRules: [{ priority: 100, from: "fd00::/64", table: 7 }] },
    keys: ["PolicyRule red/ipv6 rule 100", "PolicyRule ipv6 rule 100"],
    changed: { policyRules: [{ priority: 100, from: "fd00::/64", table: 8 }] },
    bad: [{ policyRules: [{ priority: 100 }] }, "policyRules[0].table"],
  },
  Sysctl: {
    given: { bridges, linkSysctls: { "net.ipv4.conf.br0.rp_filter": 2 } },
    keys: ["Sysctl red/net.ipv4.conf.br0.rp_filter", "Sysctl net.ipv4.conf.br0.rp_filter"],
    on: ["Bridge red/br0"],
    changed: { bridges, linkSysctls: { "net.ipv4.conf.br0.rp_filter": 0 } },
    bad: [{ linkSysctls: { "kernel.panic": 1 } }, "linkSysctls.kernel.panic"],
  },
  NatRule: {
    given: { nat: { out: { kind: "masquerade", source: "10.0.0.0/24" } } },
    keys: ["NatRule red/out", "NatRule out"],
    changed: { nat: { out: { kind: "masquerade", source: "10.1.0.0/24" } } },
    bad: [{ nat: { out: { kind: "masquerade", to: "10.0.0.1" } } }, "nat.out.to"],
  },
  FilterRule: {
    given: { filter: { guard: { chain: "forward", verdict: "drop" } } },
    keys: ["FilterRule red/guard", "FilterRule guard"],
    changed: { filter: { guard: { chain: "forward", verdict: "accept" } } },
    bad: [{ filter: { guard: { chain: "forward", port: 22, verdict: "drop" } } }, "filter.guard.port"],
  },
};

const composites: Readonly<Record<string, Composite>> = { Node: node, Topology: topology };

/** A place in each composite: its arguments, the beginning of its paths, and the key of a part. */
interface Place {
  readonly composite: string;
  readonly title: string;
  readonly prefix: string;
  readonly key: 0 | 1;
  wrap(given: Args): Args;
}

const onHost = ({ linkSysctls: sysctls, ...given }: Args): Args => (sysctls ? { ...given, sysctls } : given);

const places: readonly Place[] = [
  { composite: "Node", title: "Node", prefix: "", key: 0, wrap: (given) => ({ name: "red", ...given }) },
  {
    ...{ composite: "Topology", title: "node of a Topology", prefix: "nodes.red.", key: 0 },
    wrap: (given) => ({ nodes: { red: given } }),
  },
  { composite: "Topology", title: "Topology, on the host", prefix: "", key: 1, wrap: onHost },
];

const kindsIn = (table: Table): string[] => [
  ...new Set(Object.values(table).flatMap(({ definition, inside }) => [definition.kind, ...kindsIn(inside)])),
];

function planned(composite: Composite, olds: Args, news: Args) {
  const plan = planOf(composite, HERE, checkedComposite(composite, olds), checkedComposite(composite, news));
  return {
    gone: plan.gone.map(({ key }) => key),
    made: plan.made.map(({ key }) => key),
    changed: plan.changed.map(({ part }) => part.key),
  };
}

describe("tables of parts", () => {
  for (const { kind, place } of definitions) {
    it(`${kind} names its place, and has a row in a Topology and in a Node, which is a Namespace itself`, () => {
      expect(place, `${kind} needs a \`place\` in its definition`).to.not.equal(undefined);
      expect(kindsIn(inTopology), "provider/composites/tables.ts, inTopology").to.include(kind);
      if (kind !== "Namespace")
        expect(kindsIn(inNode), "provider/composites/tables.ts, inNode").to.include(kind);
    });
    it(`${kind} has a row in this test`, () => {
      expect([...Object.keys(rows), "Namespace"]).to.include(kind);
    });
  }

  for (const { composite: name, title, prefix, key: at, wrap } of places) {
    const composite = composites[name] ?? node;
    describe(title, () => {
      for (const [kind, { given, keys, on = [], changed, bad }] of Object.entries(rows)) {
        const key = keys[at];

        it(`has a ${kind} under a key that never changes`, () => {
          expect(Object.keys(creationOf(composite, wrap(given)))).to.include(key);
        });

        it(`has a ${kind} that waits for its dependencies`, () => {
          const own = ownersIn(composite, wrap(given))[key] ?? [];
          const isInRed = at === 0 && key.startsWith(`${kind} red/`);
          const wanted = [
            ...(isInRed ? ["Namespace red"] : []),
            ...on.map((owner) => (at === 0 ? owner : owner.replace(" red/", " "))),
          ];
          expect(own).to.have.members(wanted);
        });

        it(`creates, changes and removes a ${kind} alone`, () => {
          const without = wrap(
            Object.fromEntries(
              Object.keys(given).includes("bridges") && kind !== "Bridge" ? [["bridges", bridges]] : [],
            ),
          );
          const only = kind === "Address" ? wrap({ bridges: { br0: {} } }) : without;
          expect(planned(composite, only, wrap(given))).to.deep.equal({ gone: [], made: [key], changed: [] });
          expect(planned(composite, wrap(given), only)).to.deep.equal({ gone: [key], made: [], changed: [] });
          if (changed === undefined) return;
          expect(planned(composite, wrap(given), wrap(changed))).to.deep.equal({
            ...{ gone: [], made: [], changed: [key] },
          });
        });

        it(`names the place of a problem with a ${kind}`, () => {
          if (at === 1 && kind === "Sysctl") return;
          const [wrong, property] = bad;
          const [problem = ""] = compositeProblems(composite, wrap(wrong), `${title} ${kind}`);
          expect(problem.startsWith(`${prefix}${property}: `), problem).to.equal(true);
        });
      }
    });
  }

  describe("names by place", () => {
    const two = {
      nodes: {
        red: { bridges: { br0: { addresses: ["10.0.0.1/24"] } }, nat: { out: { kind: "masquerade" } } },
        blue: { bridges: { br0: { addresses: ["10.0.0.1/24"] } }, nat: { out: { kind: "masquerade" } } },
      },
      bridges: { br0: {} },
      nat: { out: { kind: "masquerade" } },
    };

    it("let two nodes and the host have a bridge and a rule of one name", () => {
      expect(compositeProblems(topology, two, "names by place")).to.deep.equal([]);
      expect(
        Object.keys(creationOf(topology, two)).filter((key) => /^(Bridge|NatRule)/.test(key)),
      ).to.have.members([
        "Bridge red/br0",
        "Bridge blue/br0",
        "Bridge br0",
        "NatRule red/out",
        "NatRule blue/out",
        "NatRule out",
      ]);
    });

    it("put a cable on the bridge of the node that has one of that name", () => {
      const nodes = {
        sw: { bridges: { inner: {} } },
        n: { interfaces: { eth0: { peer: { bridge: "inner" } } } },
      };
      expect(ownersIn(topology, { nodes })["VethPair n/eth0"]).to.have.members([
        ...["Namespace n", "Namespace sw", "Bridge sw/inner"],
      ]);
      expect(
        compositeProblems(topology, { nodes: { ...nodes, other: { bridges: { inner: {} } } } }, "ambiguous"),
      ).to.deep.equal([
        "nodes.n.interfaces.eth0.peer.bridge: is inner, and nodes sw, other have such a bridge: say which is meant by `peer.namespace`",
      ]);
    });

    it("put a near end on a bridge of its own node", () => {
      const given = { name: "red", bridges: { br0: {} }, interfaces: { eth0: { bridge: "br0" } } };
      expect(ownersIn(node, given)["VethPair red/eth0"]).to.have.members(["Namespace red", "Bridge red/br0"]);
      expect(creationOf(node, given)["VethPair red/eth0"]?.[1]).to.include("master br0");
    });

    it("refuse other arguments than addresses for lo", () => {
      const lo = {
        addresses: ["10.255.0.1/32"],
        neighbors: [{ address: "10.0.0.9", lladdr: MAC }],
        bridge: "br0",
      };
      expect(compositeProblems(topology, { interfaces: { lo } }, "lo")).to.deep.equal(
        ["bridge", "neighbors"].map(
          (field) =>
            `interfaces.lo.${field}: does not apply to lo, which takes \`addresses\` only: leave it out`,
        ),
      );
      const given = { interfaces: { lo: { addresses: ["10.255.0.1/32"] } } };
      expect(Object.keys(creationOf(topology, given))).to.deep.equal(["Address lo 10.255.0.1/32"]);
    });

    it("refuse rival filter rules of one node, and of the topology and a node", () => {
      const rule = { chain: "forward", verdict: "drop" };
      const rival = { chain: "forward", verdict: "accept" };
      expect(compositeProblems(node, { name: "riv", filter: { a: rule, b: rival } }, "riv")[0]).to.match(
        /^filter.b.priority: is 0, as that of filter.a/,
      );
      const mixed = {
        nodes: { riv: { filter: { b: rival } } },
        filter: { a: { ...rule, namespace: "riv" } },
      };
      expect(compositeProblems(topology, mixed, "mixed")).to.have.lengthOf(1);
      expect(compositeProblems(topology, mixed, "mixed")[0]).to.match(
        /^nodes.riv.filter.b.priority: is 0, as that of filter.a/,
      );
    });
  });

  it("recreate a neighbour with the addresses of its link, and a port of Open vSwitch with its cable", () => {
    const neighbors = [{ address: "10.0.0.9", lladdr: MAC }];
    const linked = (address: string) => ({
      name: "red",
      bridges: { br0: { addresses: [address], neighbors } },
    });
    expect(planned(node, linked("10.0.0.1/24"), linked("10.0.0.2/24")).made).to.include(
      "Neighbor red/br0 10.0.0.9",
    );
    const ported = (name: string) => ({
      ...{ name: "red", ovsBridges: { ovs0: {} }, ovsPorts: { far: { bridge: "ovs0" } } },
      interfaces: { [name]: { peer: { name: "far" } } },
    });
    expect(planned(node, ported("eth0"), ported("eth1"))).to.deep.equal({
      ...{ gone: ["VethPair red/eth0"], made: ["VethPair red/eth1", "OvsPort far"], changed: [] },
    });
  });
});
