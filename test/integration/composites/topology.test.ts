import { expect } from "chai";
import type { Composite } from "../../../provider/composites/composite";
import { topology } from "../../../provider/composites/topology";
import type { Args } from "../../../provider/engine/definition";
import { command } from "../../../provider/linux/command";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markFor } from "../../support/args";
import {
  crashing,
  errorOf,
  failure,
  link,
  linkNames,
  namespaceNames,
  onKernel,
  recorded,
  typed,
  WatchedHost,
} from "../../support/kernel";
import { LivingComposite } from "../../support/livingComposite";

//                 it-br 10.1.0.254   (host: forwarding, NAT, a filter, a route to the networks behind it-n1)
//    ┌────────┬────────┼────────┬────────┐
//  it-n1    it-n2    it-n3    it-n4    it-n5      eth0 10.1.0.1 … 10.1.0.5
//    │
//  behind: a bridge inside it-n1, 10.2.0.1

const composite: Composite = topology;
const names = [1, 2, 3, 4, 5].map((at) => `it-n${at}`);

const nodeOf = (at: number): Args => ({
  interfaces: { eth0: { peer: { bridge: "it-br" }, addresses: [`10.1.0.${at}/24`] } },
  routes: [{ destination: "default", via: "10.1.0.254" }],
});

const asked: Args = {
  bridges: {
    "it-br": { addresses: ["10.1.0.254/24"] },
    behind: { namespace: "it-n1", addresses: ["10.2.0.1/24"] },
  },
  nodes: Object.fromEntries(names.map((name, at) => [name, nodeOf(at + 1)])),
  routes: [{ destination: "10.2.0.0/24", via: "10.1.0.1" }],
  sysctls: { "net.ipv4.ip_forward": 1 },
  nat: {
    out: { kind: "masquerade", source: "10.1.0.0/24" },
    web: { kind: "dnat", protocol: "tcp", port: 8080, to: "10.1.0.2:80" },
  },
  filter: { telnet: { chain: "forward", protocol: "tcp", port: 23, verdict: "drop" } },
};

const withField = (field: string, change: Args): Args => ({
  ...asked,
  [field]: { ...Object(asked[field]), ...change },
});

const create = (given: Args = asked, host = localHost) => LivingComposite.create(composite, given, host);

const ping = (from: string | undefined, to: string) =>
  localHost.run(command("flock", from, ["--shared", "/run", "ping", "-c", "1", "-w", "5", to]));

const forwarding = () => localHost.run(command("sysctl", undefined, ["-n", "net.ipv4.ip_forward"]));
/** A listing is a look as well. */
const changesOf = (host: WatchedHost): string[] =>
  host.changes.filter((text) => !text.startsWith("nft -j list "));

const rules = () => localHost.run(command("nft", undefined, ["list", "ruleset"]));

describe("Topology, with the kernel", () => {
  onKernel();

  let living: LivingComposite | undefined;

  before(() => localHost.run(command("sysctl", undefined, ["-q", "-w", "net.ipv4.ip_forward=0"])));

  afterEach(async () => {
    await living?.remove();
    living = undefined;
    expect([await namespaceNames(), await linkNames(), await recorded()]).to.deep.equal([[], ["lo"], []]);
    expect(await forwarding()).to.match(/^0/);
    expect(await rules()).to.not.include("pulumi-netns");
    expect(await typed("route show proto 110")).to.equal("");
  });

  it("is created, unchanged at a refresh, and reachable; a second creation changes nothing", async () => {
    living = await create();
    expect(await living.refresh()).to.deep.equal([]);
    expect(await ping("it-n2", "10.1.0.5")).to.include(" 0% packet loss");
    expect(await ping("it-n3", "10.2.0.1")).to.include(" 0% packet loss");
    const host = new WatchedHost();
    await create(asked, host);
    expect(changesOf(host)).to.deep.equal([]);
  });

  it("is removed with its namespaces; only objects in the host's own go one by one", async () => {
    living = await create();
    const host = new WatchedHost();
    await living.remove(host);
    expect(
      host.changes.filter((text) => !text.startsWith("ip netns del ") && !/^(nft|ip netns exec)/.test(text)),
    ).to.have.members([
      "ip link del dev it-br type bridge",
      "ip route del unicast 10.2.0.0/24 table main metric 0 proto 110 via 10.1.0.1 dev it-br",
      "sysctl -q -w net.ipv4.ip_forward=0",
      // Connections that the rule in the host's own namespace matched.
      "conntrack -D -f ipv4 -p udp --orig-src 10.1.0.0/24",
      "conntrack -D -f ipv4 -p icmp --orig-src 10.1.0.0/24",
    ]);
  });

  describe("updates in place, and only these", () => {
    const rows: readonly (readonly [title: string, given: Args, ...changes: (string | RegExp)[]])[] = [
      [
        "an address of one node",
        withField("nodes", { "it-n4": nodeOf(44) }),
        "ip -n it-n4 address del 10.1.0.4/24 dev eth0",
        "ip -n it-n4 address add 10.1.0.44/24 dev eth0 scope global",
        /^ip -n it-n4 route add default .* via 10.1.0.254$/,
      ],
      [
        "a node less",
        { ...asked, nodes: Object.fromEntries(names.slice(0, 4).map((name, at) => [name, nodeOf(at + 1)])) },
        "ip netns del it-n5",
      ],
      [
        "a setting of a bridge",
        withField("bridges", { "it-br": { ageingTime: 60, addresses: ["10.1.0.254/24"] } }),
        /^ip link set dev it-br type bridge ageing_time 6000$/,
      ],
      ["a NAT rule less", { ...asked, nat: { out: Object(asked["nat"]).out } }, /^nft /],
      ["a filter rule less", { ...asked, filter: {} }, /^nft /],
      [
        "another verdict of a filter rule",
        withField("filter", {
          telnet: { chain: "forward", protocol: "tcp", port: 23, verdict: "reject" },
        }),
        /^nft /,
      ],
      [
        "a host route less",
        { ...asked, routes: [] },
        "ip route del unicast 10.2.0.0/24 table main metric 0 proto 110 via 10.1.0.1 dev it-br",
      ],
    ];
    for (const [title, given, ...changes] of rows) {
      it(title, async () => {
        living = await create();
        const host = new WatchedHost();
        expect(await living.become(given, host)).to.equal("update");
        for (const [at, words] of changes.entries()) expect(changesOf(host)[at]).to.match(pattern(words));
        expect(changesOf(host)).to.have.lengthOf(changes.length);
        expect(await living.refresh()).to.deep.equal([]);
        await living.become(asked);
        expect(await living.refresh()).to.deep.equal([]);
      });
    }

    const pattern = (words: string | RegExp): RegExp =>
      typeof words === "string" ? new RegExp(`^${words.replace(/[./]/g, "\\$&")}$`) : words;

    it("a removed parameter, which is restored", async () => {
      living = await create();
      expect(await living.become({ ...asked, sysctls: {} })).to.equal("update");
      expect(await forwarding()).to.match(/^0/);
    });

    it("a replaced bridge: ports, addresses and routes come back", async () => {
      living = await create(withField("bridges", { "it-br": { mtu: 1400, addresses: ["10.1.0.254/24"] } }));
      expect(await living.become(asked)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
      expect(await ping("it-n2", "10.1.0.5")).to.include(" 0% packet loss");
      expect(await ping("it-n3", "10.2.0.1")).to.include(" 0% packet loss");
    });
  });

  describe("finds drift at its place, and restores it", () => {
    const rows: readonly (readonly [line: string, namespace: string | undefined, ...places: string[]])[] = [
      ["netns del it-n3", undefined, "nodes.it-n3"],
      [
        "link set dev eth0 mtu 1400",
        "it-n2",
        "nodes.it-n2.interfaces.eth0.mtu",
        "VethPair it-n2/eth0: peer.mtu",
      ],
      ["link set dev it-br type bridge ageing_time 100", undefined, "bridges.it-br.ageingTime"],
      ["addr del 10.2.0.1/24 dev behind", "it-n1", "bridges.behind.addresses.0"],
      ["route del 10.2.0.0/24", undefined, "routes.0"],
    ];
    for (const [line, namespace, ...places] of rows) {
      it(line, async () => {
        living = await create();
        await typed(line, namespace);
        expect(await living.refresh()).to.have.members(places);
        expect(await living.become(asked)).to.equal("update");
        expect(await living.refresh()).to.deep.equal([]);
      });
    }

    it("a parameter and the rules", async () => {
      living = await create();
      await localHost.run(command("sysctl", undefined, ["-q", "-w", "net.ipv4.ip_forward=0"]));
      await localHost.run(command("nft", undefined, ["flush", "ruleset"]));
      expect(await living.refresh()).to.have.members([
        ...["sysctls.net.ipv4.ip_forward", "nat.out", "nat.web", "filter.telnet"],
      ]);
      expect(await living.become(asked)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
    });

    it("everything except a parameter of the host, which is still to be restored", async () => {
      const given = { nodes: { "it-n1": {} }, sysctls: { "net.ipv4.ip_forward": 1 } };
      const whole = await create(given);
      await typed("netns del it-n1");
      expect(await whole.refresh()).to.deep.equal(["nodes.it-n1"]);
      await whole.remove();
      expect((await forwarding()).trim()).to.equal("0");
    });

    it("everything", async () => {
      const whole = await create();
      await whole.remove();
      expect(await whole.refresh()).to.deep.equal(["gone"]);
    });
  });

  it("keeps a part that could not be removed in its state until it can be", async () => {
    living = await create();
    const given = {
      ...asked,
      nodes: Object.fromEntries(names.slice(0, 4).map((name, at) => [name, nodeOf(at + 1)])),
    };
    const host = new WatchedHost({ at: /^ip netns del it-n5/, reason: "InUse" });
    expect((await errorOf(living.become(given, host))).message).to.match(/^nodes.it-n5: in use/);
    expect(await living.refresh()).to.deep.equal([]);
    expect(await namespaceNames()).to.include("it-n5");
    expect(await living.become(given)).to.equal("update");
    expect(await namespaceNames()).to.not.include("it-n5");
  });

  it("completes in another run wherever the first was interrupted", async () => {
    const given = { ...asked, nodes: { "it-n1": nodeOf(1), "it-n2": nodeOf(2) } };
    const whole = new WatchedHost();
    await (await create(given, whole)).remove();
    for (let stop = 0; stop < whole.changes.length; stop += 3) {
      await errorOf(create(given, crashing(stop)));
      const again = await create(given);
      expect(await again.refresh()).to.deep.equal([]);
      await again.remove();
    }
  }).timeout(180_000);

  it("keeps a cable that another resource has taken over in the state while a part on it is left", async () => {
    const neighbor = { address: "10.4.0.9", lladdr: "06:00:00:00:00:7c" };
    const cable = { "it-a": { peer: { name: "it-b", neighbors: [neighbor] } } };
    const living = await create({ interfaces: cable });
    const heir = markFor("VethPair", "heir");
    for (const end of ["it-a", "it-b"]) await typed(`link set dev ${end} alias ${heir}`);
    await typed("neigh replace 10.4.0.9 dev it-b lladdr 06:00:00:00:00:ff nud permanent");
    await living.refresh();
    // The entry of the neighbor still says on which link it is.
    expect(living.state).to.have.nested.property("interfaces.it-a.peer.name", "it-b");
    expect(living.state).to.have.nested.property("interfaces.it-a.peer.neighbors[0].address", "10.4.0.9");
    expect(await failure(living.become({ interfaces: cable }))).to.include("it-a");
    await living.remove();
    expect(await typed("neigh show dev it-b nud permanent")).to.equal("");
    expect(await link("it-a")).to.include({ ifalias: heir });
  });
});
