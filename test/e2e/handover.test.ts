import { expect } from "chai";
import { localHost } from "../../provider/linux/host/local/localHost";
import {
  Address,
  Bridge,
  FilterRule,
  Namespace,
  NatRule,
  Neighbor,
  Node,
  PolicyRule,
  Route,
  Sysctl,
  Topology,
  VethPair,
} from "../../sdk";
import { differences, picture } from "../support/picture";
import { type Program, ProgramStack } from "../support/programStack";
import { snapshot } from "../support/snapshot";
import { type Names, network, type Part } from "./cascade/network";

/*
 *   host                                  web
 *   web-eth0 ════════════════════════════ eth0
 *   10.0.0.1/24                           10.0.0.2/24   default via 10.0.0.1
 */

const names: Names = {
  ...{ near: "hand-near", far: "hand-far", third: "hand-third" },
  ...{ bridge: "br0", end: "eth0", home: "near", ip: "10.0.0.1" },
};

/** Every single kind, with resources named after `prefix`. */
const every =
  (prefix: string, omitted: readonly Part[] = []): Program =>
  () =>
    network(prefix, names, "reference", omitted);

interface Lab {
  /** The last byte of the inner address. */
  readonly host?: number;
  readonly hasRoute?: boolean;
}

/** The lab, with a resource per object. */
const singles =
  (prefix: string, { host = 2, hasRoute = true }: Lab = {}): Program =>
  () => {
    const web = new Namespace(`${prefix}-web`, { name: "web" });
    const cable = new VethPair(`${prefix}-cable`, {
      end: { name: "eth0", namespace: web },
      peer: { name: "web-eth0" },
    });
    new Address(`${prefix}-ip`, { interface: cable.end, address: `10.0.0.${host}/24` });
    new Address(`${prefix}-gateway`, { interface: cable.peer, address: "10.0.0.1/24" });
    if (hasRoute) new Route(`${prefix}-out`, { namespace: web, destination: "default", via: "10.0.0.1" });
    const lan = new Bridge(`${prefix}-lan`, { name: "lan", namespace: web });
    new Address(`${prefix}-lan-ip`, { interface: lan, address: "10.1.0.1/24" });
    new Neighbor(`${prefix}-beside`, { interface: cable.end, ...BESIDE });
    new PolicyRule(`${prefix}-policy`, { namespace: web, ...POLICY });
    new Sysctl(`${prefix}-parameter`, { namespace: web, key: KEY, value: 1 }, { dependsOn: cable });
    new NatRule(`${prefix}-nat`, { namespace: web, ...NAT });
    new FilterRule(`${prefix}-filter`, { namespace: web, ...FILTER });
  };

const BESIDE = { address: "10.0.0.9", lladdr: "02:00:00:00:00:09" };
const POLICY = { priority: 700, from: "10.1.0.0/24", table: 77 };
const KEY = "net.ipv4.conf.eth0.arp_notify";
const NAT = { kind: "masquerade", source: "10.1.0.0/24" } as const;
const FILTER = { chain: "forward", source: "10.1.0.0/24", verdict: "drop" } as const;

const inside = ({ host = 2, hasRoute = true }: Lab = {}) => ({
  interfaces: {
    eth0: {
      addresses: [`10.0.0.${host}/24`],
      neighbors: [BESIDE],
      peer: { name: "web-eth0", addresses: ["10.0.0.1/24"] },
    },
  },
  bridges: { lan: { addresses: ["10.1.0.1/24"] } },
  policyRules: [POLICY],
  linkSysctls: { [KEY]: 1 },
  nat: { out: NAT },
  filter: { guard: FILTER },
  routes: hasRoute ? [{ destination: "default", via: "10.0.0.1" }] : [],
});

const asNode =
  (name: string, lab?: Lab): Program =>
  () => {
    new Node(name, { name: "web", ...inside(lab) });
  };

const asTopology =
  (name: string, lab?: Lab): Program =>
  () => {
    new Topology(name, { nodes: { web: inside(lab) } });
  };

/** The names or values of three resources, which an edit exchanges. */
type Three = readonly [string, string, string];

const namespaces =
  (...texts: Three): Program =>
  () => {
    texts.forEach((text, at) => {
      const namespace = new Namespace(`n${at}`, { name: `turn-${text}` });
      new Bridge(`n${at}-bridge`, { name: `b${at}`, namespace });
      new Sysctl(`n${at}-ttl`, { namespace, key: "net.ipv4.ip_default_ttl", value: 70 + at });
      new FilterRule(`n${at}-filter`, {
        namespace,
        chain: "input",
        source: `10.${at}.0.0/16`,
        verdict: "drop",
      });
    });
  };

const links =
  (...texts: Three): Program =>
  () => {
    texts.forEach((text, at) => {
      const bridge = new Bridge(`l${at}`, { name: `br-${text}` });
      new Address(`l${at}-ip`, { interface: bridge, address: `10.${at}.0.1/24` });
      const { end } = new VethPair(`c${at}`, {
        end: { name: `c-${text}` },
        peer: { name: `p-${text}`, bridge },
      });
      new Address(`c${at}-ip`, { interface: end, address: `10.2${at}.0.1/24` });
    });
  };

/** A cable whose resource gets another name by an alias, while one end gets another name as well. */
const cableAs =
  (name: string, end: string, peer: string, formerly?: string): Program =>
  () => {
    const ends = { end: { name: end }, peer: { name: peer } };
    const cable = new VethPair(name, ends, { aliases: formerly === undefined ? [] : [{ name: formerly }] });
    new Address(`${peer}-ip`, { interface: cable.peer, address: "10.0.0.1/24" });
  };

const values =
  (...texts: Three): Program =>
  () => {
    const namespace = new Namespace("values");
    const link = new Bridge("values-bridge", { name: "br0", namespace });
    texts.forEach((text, at) => {
      new Address(`v${at}`, { interface: link, address: `10.${text}.0.1/24` });
      new Route(`r${at}`, {
        namespace,
        destination: `10.9${text}.0.0/16`,
        type: "blackhole",
        mtu: 1400 + at,
      });
      new PolicyRule(`p${at}`, { namespace, priority: Number(text), table: 10 + at });
      new Neighbor(`h${at}`, { interface: link, address: `10.0.9.${text}`, lladdr: `02:00:00:00:00:0${at}` });
      new Sysctl(`s${at}`, { namespace, key: `net.ipv4.conf.br0.${KEYS[text]}`, value: 1 });
      new NatRule(`m${at}`, { namespace, kind: "masquerade", source: `10.${text}.0.0/16` });
    });
  };
const KEYS: Readonly<Record<string, string>> = {
  1: "arp_notify",
  2: "arp_accept",
  3: "log_martians",
  4: "proxy_arp",
};

const forwarding = "net.ipv4.ip_forward";
const sysctlAlone: Program = () => {
  const namespace = new Namespace("router");
  new Sysctl("fw", { namespace, key: forwarding, value: 1 });
};
const sysctlInside: Program = () => {
  new Namespace("router", { sysctls: { [forwarding]: 1 } });
};

/** Links of resources named after `prefix`, with MAC addresses made from these names. */
const neighbours =
  (prefix: string): Program =>
  () => {
    const bridge = new Bridge(`${prefix}-bridge`, { name: "br-hand" });
    const { end } = new VethPair(`${prefix}-cable`, { end: { name: "v-hand" }, peer: { name: "w-hand" } });
    new Neighbor("on-bridge", { interface: bridge, address: "10.0.0.6", lladdr: "02:00:00:00:00:06" });
    new Neighbor("on-cable", { interface: end, address: "10.0.1.6", lladdr: "02:00:00:00:00:07" });
  };

/** An edit leads from each program to the next. The kernel must equal a first `up` of the result. */
const steps: readonly (readonly [edit: string, program: Program])[] = [
  ["every kind", every("left")],
  ["every kind, renamed", every("right")],
  [
    "every kind, renamed while parts are taken out",
    every("up", [
      "bridge-ip",
      "far-ip",
      "far-via",
      "via",
      "bridge-neighbor",
      "bridge-sysctl",
      "own-ttl",
      "nftables",
      "own-filter",
      "policy",
    ]),
  ],
  [
    "every kind, renamed while links are taken out",
    every("down", [
      "port",
      "cable",
      "far-port-ip",
      "end-ip",
      "far-ip",
      "via",
      "far-via",
      "end-neighbor",
      "far-neighbor",
      "end-sysctl",
      "far-sysctl",
    ]),
  ],
  ["resources of their own", singles("one")],
  ["a Node in place of them", asNode("box")],
  ["a Node of another name", asNode("case")],
  ["a Topology in place of it", asTopology("net")],
  ["a Topology of another name", asTopology("lab")],
  ["resources of their own in place of it", singles("two")],
  ["a Topology with another address in place of them", asTopology("net", { host: 3 })],
  ["a Node without the route in place of it", asNode("box", { hasRoute: false })],
  ["resources of their own with another address and a route in place of it", singles("one", { host: 4 })],
  [
    "a Node with another address and without the route in place of them",
    asNode("box", { host: 5, hasRoute: false }),
  ],
  ["namespaces", namespaces("a", "b", "c")],
  ["namespaces, moved on by one", namespaces("b", "c", "d")],
  ["namespaces, moved back", namespaces("a", "b", "c")],
  ["links", links("a", "b", "c")],
  ["links, moved on by one", links("b", "c", "d")],
  ["links, moved back", links("a", "b", "c")],
  ["a cable", cableAs("first", "near", "far")],
  ["a cable with an alias and another near end", cableAs("second", "close", "far", "first")],
  ["a cable with an alias and another far end", cableAs("third", "close", "away", "second")],
  ["a Topology after all", asTopology("net")],
  ["its namespace alone", () => void new Namespace("web")],
  ["values", values("1", "2", "3")],
  ["values, moved on by one", values("2", "3", "4")],
  ["values, moved back", values("1", "2", "3")],
  ["values, in turn", values("2", "3", "1")],
  ["a parameter", sysctlAlone],
  ["a parameter of the namespace itself", sysctlInside],
  ["a parameter alone again", sysctlAlone],
  ["neighbours of a bridge and a cable", neighbours("one")],
  ["neighbours of links that are renamed, which changes their MAC addresses", neighbours("two")],
];

/** Steps without anything to take over. */
const BEGINNINGS = [
  "every kind",
  "resources of their own",
  "namespaces",
  "links",
  "a cable",
  "values",
  "a parameter",
  "neighbours of a bridge and a cable",
];

/** Everything in the kernel, and the records. */
const all = async (): Promise<readonly string[]> => [
  ...(await picture()),
  ...(await localHost.records.list()).map(
    ({ kind, id, mark, namespace }) => `record in ${namespace}: ${kind} ${id} ${mark}`,
  ),
];

describe("objects that one resource gives up and another takes over in the same run", function () {
  this.timeout(300_000);
  let stack: ProgramStack;
  let clean: object;
  const fresh = new Map<string, readonly string[]>();

  before(async () => {
    clean = await snapshot();
    stack = await ProgramStack.of("handover");
    for (const [edit, program] of steps) {
      if (BEGINNINGS.includes(edit)) continue;
      await stack.up(program);
      fresh.set(edit, await all());
      await stack.destroy();
    }
  });
  after(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  for (const [edit, program] of steps) {
    it(`equals a first run: ${edit}`, async () => {
      await stack.up(program);
      if (BEGINNINGS.includes(edit)) return;
      expect(differences(fresh.get(edit) ?? [], await all())).to.deep.equal({ missing: [], extra: [] });
      expect((await stack.refresh()).operations).to.deep.equal({});
    });
  }
});
