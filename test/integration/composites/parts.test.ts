import { expect } from "chai";
import type { Composite } from "../../../provider/composites/composite";
import { node } from "../../../provider/composites/node";
import { topology } from "../../../provider/composites/topology";
import type { Args } from "../../../provider/engine/definition";
import { command } from "../../../provider/linux/command";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { linkNames, namespaceNames, onKernel, recorded, skip, typed } from "../../support/kernel";
import { lackingOf, testedLinks } from "../../support/kindsOfLink";
import { LivingComposite } from "../../support/livingComposite";
import { ovsVsctl, withOvs } from "../../support/ovs";

/** Each kind as a part: in a Node, in a node of a Topology and on the host of one. */

const MAC = "02:00:00:00:00:09";
const OTHER = "02:00:00:00:00:08";

/** The arguments of one part, and edits of them. */
interface Row {
  readonly given: Args;
  readonly changed: Args;
  /** Deletes or changes the part by hand, in `namespace` or on the host. */
  drift(namespace: string | undefined): Promise<unknown>;
  /** The place that a refresh reports. */
  readonly place: string;
}

const bridges = { "it-in": { addresses: ["10.7.0.1/24"] } };

const nft = (namespace: string | undefined, ...words: string[]) =>
  localHost.run(command("nft", namespace, words));

const rows: Readonly<Record<string, Row>> = {
  Bridge: {
    given: { bridges: { "it-in": { ageingTime: 60 } } },
    changed: { bridges: { "it-in": { ageingTime: 90 } } },
    drift: (namespace) => typed("link del dev it-in", namespace),
    place: "bridges.it-in",
  },
  Address: {
    given: { bridges },
    changed: { bridges: { "it-in": { addresses: ["10.7.0.1/24", "10.7.0.2/24"] } } },
    drift: (namespace) => typed("addr del 10.7.0.1/24 dev it-in", namespace),
    place: "bridges.it-in.addresses.0",
  },
  "Address of lo": {
    given: { interfaces: { lo: { addresses: ["10.255.0.7/32"] } } },
    changed: { interfaces: { lo: { addresses: ["10.255.0.8/32"] } } },
    drift: (namespace) => typed("addr del 10.255.0.7/32 dev lo", namespace),
    place: "interfaces.lo.addresses.0",
  },
  VethPair: {
    given: { bridges, interfaces: { "it-e0": { bridge: "it-in", peer: { name: "it-far" } } } },
    changed: { bridges, interfaces: { "it-e0": { bridge: "it-in", peer: { name: "it-far", up: false } } } },
    drift: (namespace) => typed("link set dev it-e0 nomaster", namespace),
    place: "interfaces.it-e0.bridge",
  },
  Neighbor: {
    given: {
      bridges: { "it-in": { addresses: ["10.7.0.1/24"], neighbors: [{ address: "10.7.0.9", lladdr: MAC }] } },
    },
    changed: {
      bridges: {
        "it-in": { addresses: ["10.7.0.1/24"], neighbors: [{ address: "10.7.0.9", lladdr: OTHER }] },
      },
    },
    drift: (namespace) => typed("neigh del 10.7.0.9 dev it-in", namespace),
    place: "bridges.it-in.neighbors.0",
  },
  Route: {
    given: { bridges, routes: [{ destination: "10.8.0.0/16", via: "10.7.0.2" }] },
    changed: { bridges, routes: [{ destination: "10.8.0.0/16", via: "10.7.0.3" }] },
    drift: (namespace) => typed("route del 10.8.0.0/16", namespace),
    place: "routes.0",
  },
  PolicyRule: {
    given: { policyRules: [{ priority: 100, from: "10.7.0.0/24", table: 7 }] },
    changed: { policyRules: [{ priority: 100, from: "10.7.0.0/24", table: 8 }] },
    drift: (namespace) => typed("rule del pref 100", namespace),
    place: "policyRules.0",
  },
  Sysctl: {
    given: { bridges, linkSysctls: { "net.ipv4.conf.it-in.proxy_arp": 1 } },
    changed: { bridges, linkSysctls: {} },
    drift: (namespace) =>
      localHost.run(command("sysctl", namespace, ["-q", "-w", "net.ipv4.conf.it-in.proxy_arp=0"])),
    place: "linkSysctls.net.ipv4.conf.it-in.proxy_arp",
  },
  NatRule: {
    given: { nat: { out: { kind: "masquerade", source: "10.7.0.0/24" } } },
    changed: { nat: { out: { kind: "masquerade", source: "10.8.0.0/24" } } },
    drift: (namespace) => nft(namespace, "flush", "ruleset"),
    place: "nat.out",
  },
  FilterRule: {
    given: { filter: { guard: { chain: "forward", source: "10.7.0.0/24", verdict: "drop" } } },
    changed: { filter: { guard: { chain: "forward", source: "10.7.0.0/24", verdict: "reject" } } },
    drift: (namespace) => nft(namespace, "flush", "ruleset"),
    place: "filter.guard",
  },
};

const dummyRow: Row = {
  given: { bridges, dummies: { "it-dum": { bridge: "it-in", addresses: ["10.7.9.1/24"] } } },
  changed: { bridges, dummies: { "it-dum": { mtu: 1400, addresses: ["10.7.9.1/24"] } } },
  drift: (namespace) => typed("link set dev it-dum nomaster", namespace),
  place: "dummies.it-dum.bridge",
};

const ovsRows: Readonly<Record<string, Row>> = {
  OvsBridge: {
    given: { ovsBridges: { "it-ovs": { datapathType: "netdev", addresses: ["10.7.9.1/24"] } } },
    changed: {
      ovsBridges: { "it-ovs": { datapathType: "netdev", failMode: "secure", addresses: ["10.7.9.1/24"] } },
    },
    drift: () => ovsVsctl("set", "Bridge", "it-ovs", "stp_enable=true"),
    place: "ovsBridges.it-ovs.stp",
  },
  OvsPort: {
    given: {
      ovsBridges: { "it-ovs": { datapathType: "netdev" } },
      interfaces: { "it-e0": { peer: { name: "it-far" } } },
      ovsPorts: { "it-far": { bridge: "it-ovs", tag: 10 } },
    },
    changed: {
      ovsBridges: { "it-ovs": { datapathType: "netdev" } },
      interfaces: { "it-e0": { peer: { name: "it-far" } } },
      ovsPorts: { "it-far": { bridge: "it-ovs", tag: 20 } },
    },
    drift: () => ovsVsctl("del-port", "it-far"),
    place: "ovsPorts.it-far",
  },
};

interface Place {
  readonly title: string;
  readonly composite: Composite;
  readonly namespace: string | undefined;
  readonly prefix: string;
  wrap(given: Args): Args;
}

/** With one more link, as a Topology without parts does not exist. */
const onHost = ({ linkSysctls: sysctls, ...given }: Args): Args => ({
  ...{ ...given, bridges: { "it-base": {}, ...Object(given["bridges"]) } },
  ...(sysctls !== undefined && { sysctls }),
});

const places: readonly Place[] = [
  {
    ...{ title: "a Node", composite: node, namespace: "it-red", prefix: "" },
    wrap: (given) => ({ name: "it-red", ...given }),
  },
  {
    ...{ title: "a node of a Topology", composite: topology, namespace: "it-red", prefix: "nodes.it-red." },
    wrap: (given) => ({ nodes: { "it-red": given } }),
  },
  {
    ...{ title: "the host of a Topology", composite: topology, namespace: undefined, prefix: "" },
    wrap: onHost,
  },
];

describe("parts, with the kernel", () => {
  onKernel();

  let before: string[];

  const around = async () => [
    ...[await namespaceNames(), await linkNames(), await recorded()].map(String),
    ...(await Promise.all(["addr show dev lo", "rule show", "route show"].map((line) => typed(line)))),
    // A change by hand flushes all rules, including those of earlier suites.
    String((await nft(undefined, "list", "ruleset")).includes("pulumi-netns")),
  ];

  beforeEach(async () => {
    before = await around();
  });
  afterEach(async () => expect(await around()).to.deep.equal(before));

  const itLives = (kind: string, { given, changed, drift, place }: Row, lacking?: string) => {
    for (const { title, composite, namespace, prefix, wrap } of places) {
      it(`${kind} of ${title}: created, unchanged, drifted, restored, changed, removed`, async function () {
        if (lacking !== undefined) skip(this, lacking);
        const living = await LivingComposite.create(composite, wrap(given));
        try {
          expect(await living.refresh(), "after creation").to.deep.equal([]);
          expect(await living.become(wrap(given))).to.equal("nothing");
          await drift(namespace);
          const found = await living.refresh();
          const shown = title.startsWith("the host")
            ? place.replace("linkSysctls", "sysctls")
            : prefix + place;
          expect(
            found.some((one) => one === shown || one.startsWith(`${shown}.`)),
            String(found),
          ).to.equal(true);
          expect(await living.become(wrap(given))).to.equal("update");
          expect(await living.refresh(), "after the repair").to.deep.equal([]);
          expect(await living.become(wrap(changed))).to.equal("update");
          expect(await living.refresh(), "after the change").to.deep.equal([]);
          expect(await living.become(wrap(given))).to.equal("update");
          expect(await living.become(wrap({}))).to.equal("update");
          expect(await living.become(wrap(given))).to.equal("update");
        } finally {
          await living.remove();
        }
      });
    }
  };

  for (const [kind, row] of Object.entries(rows)) itLives(kind, row);

  itLives("Dummy", dummyRow, testedLinks.filter(({ kind }) => kind === "Dummy").map(lackingOf)[0]);

  describe("of Open vSwitch", () => {
    withOvs();
    for (const [kind, row] of Object.entries(ovsRows)) itLives(kind, row);
  });

  // With the link's MAC address, as the kernel empties the table of a link that gets another.
  it("adopts existing objects, and restores them", async () => {
    await typed("netns add it-red");
    await typed("link add name it-in address 02:00:00:00:00:07 type bridge", "it-red");
    await typed("link set dev it-in up", "it-red");
    await typed("addr add 10.7.0.1/24 dev it-in", "it-red");
    await typed(`neigh add 10.7.0.9 lladdr ${OTHER} dev it-in nud permanent`, "it-red");
    const was = await typed("neigh show", "it-red");
    const given = {
      ...{ name: "it-red", adopt: true },
      bridges: { "it-in": { mac: "02:00:00:00:00:07", neighbors: [{ address: "10.7.0.9", lladdr: MAC }] } },
    };
    const living = await LivingComposite.create(node, given);
    expect(await living.refresh()).to.deep.equal([]);
    expect(await typed("neigh show", "it-red")).to.include(MAC);
    await living.remove();
    expect(await typed("neigh show", "it-red")).to.equal(was);
    expect(await typed("addr show dev it-in", "it-red")).to.include("10.7.0.1/24");
    await typed("netns del it-red");
  });

  it("has two bridges of one name in two nodes, each with its cable", async () => {
    const nodeWith = (host: number) => ({
      bridges: { "it-in": { addresses: [`10.7.0.${host}/24`] } },
      interfaces: { eth0: { bridge: "it-in", peer: { name: `it-far${host}`, bridge: "it-in" } } },
    });
    const given = { nodes: { "it-red": nodeWith(1), "it-blue": nodeWith(2) }, bridges: { "it-in": {} } };
    const living = await LivingComposite.create(topology, given);
    expect(await living.refresh()).to.deep.equal([]);
    expect(
      await localHost.run(
        command("flock", "it-red", ["--shared", "/run", "ping", "-c", "1", "-w", "5", "10.7.0.2"]),
      ),
    ).to.include(" 0% packet loss");
    await living.remove();
  });
});
