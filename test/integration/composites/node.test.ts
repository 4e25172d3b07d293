import { expect } from "chai";
import type { Composite } from "../../../provider/composites/composite";
import { node } from "../../../provider/composites/node";
import type { Args } from "../../../provider/engine/definition";
import { command } from "../../../provider/linux/command";
import { localHost } from "../../../provider/linux/host/local/localHost";
import {
  crashing,
  errorOf,
  link,
  linkNames,
  namespaceNames,
  onKernel,
  recorded,
  typed,
  WatchedHost,
  wholeLink,
} from "../../support/kernel";
import { LivingComposite } from "../../support/livingComposite";

//   host                       it-red                                   it-blue
//   ┌───────────────────┐     ┌────────────────────────────────┐     ┌──────────────┐
//   │ it-br  10.1.0.254 │     │ eth0 10.1.0.1/24 fd01::1/64    │     │              │
//   │  └── it-red-eth0 ───────── eth0                          │     │              │
//   │                   │     │ eth1 10.2.0.1/24 ──────────────────── it-red1      │
//   └───────────────────┘     └────────────────────────────────┘     └──────────────┘

const composite: Composite = node;
const [red, blue] = ["it-red", "it-blue"];

const eth0 = { peer: { bridge: "it-br" }, addresses: ["10.1.0.1/24", "fd01::1/64"] };
const eth1 = { peer: { namespace: blue, name: "it-red1" }, addresses: ["10.2.0.1/24"] };
const routes = [
  { destination: "default", via: "10.1.0.254" },
  { destination: "default", via: "fd01::fe" },
  { destination: "10.9.0.0/16", interface: "eth1" },
];
const asked: Args = {
  ...{ name: red, sysctls: { "net.ipv4.ip_forward": 1 }, interfaces: { eth0, eth1 }, routes },
};

const create = (given: Args = asked, host = localHost) => LivingComposite.create(composite, given, host);

const withInterface = (name: string, change: object): Args => ({
  ...asked,
  interfaces: { eth0, eth1, [name]: { ...{ eth0, eth1 }[name], ...change } },
});

/** Everything in the node and at the far ends of its cables. */
const shown = () =>
  Promise.all([
    ...["addr show", "-4 route show table all", "-6 route show table all"].map((line) => typed(line, red)),
    wholeLink("it-red-eth0"),
    wholeLink("it-red1", blue),
  ]).then((texts) => texts.map(withoutPassing));

const withoutPassing = (text: string): string =>
  text
    .replace(
      /^\d+: |@if\d+|link-netns\S* \S+|qdisc \S+|"qdisc":"\w+",|"(ifindex|link_index|link_netnsid)":\d+,?|fe80\S+/gm,
      "",
    )
    .split("\n")
    .filter(
      (line) => !/^(local|multicast|anycast|ff00|\s+valid_lft|\/64 dev)|^ dev|inet6 .*scope link/.test(line),
    )
    .join("\n");

const ping = (from: string | undefined, to: string) =>
  localHost.run(command("flock", from, ["--shared", "/run", "ping", "-c", "1", "-w", "5", to]));

describe("Node, with the kernel", () => {
  onKernel({ namespaces: [blue], bridges: [["it-br", undefined]] });

  before(async () => {
    await typed("addr add 10.1.0.254/24 dev it-br");
    await typed("link set dev it-br up");
  });

  it("is created as asked, unchanged at a refresh, reachable, and deleted with its far ends and records", async () => {
    const living = await create();
    expect(living.state).to.not.have.property("parts");
    expect(await living.refresh()).to.deep.equal([]);
    expect(await ping(red, "10.1.0.254")).to.include(" 0% packet loss");
    expect(await ping(undefined, "10.1.0.1")).to.include(" 0% packet loss");

    const host = new WatchedHost();
    await living.remove(host);
    expect(host.changes).to.deep.equal([`ip netns del ${red}`]);
    expect([await namespaceNames(), await linkNames(), await linkNames(blue)]).to.deep.equal([
      ...[[blue], ["lo", "it-br"], ["lo"]],
    ]);
    expect(await recorded()).to.deep.equal([]);
    expect(await living.refresh()).to.deep.equal(["gone"]);
    await living.remove();
  });

  it("leads from one node to another", async () => {
    const first = await create({ name: "it-one" });
    const second = await LivingComposite.create(
      composite,
      {
        name: "it-two",
        interfaces: {
          eth0: {
            ...{ mtu: 1400, addresses: ["10.3.0.2/30"] },
            peer: { namespace: "it-one", name: "two0", addresses: ["10.3.0.1/30"] },
          },
        },
      },
      localHost,
      "two",
    );
    expect(await second.refresh()).to.deep.equal([]);
    expect((await link("two0", "it-one"))?.mtu).to.equal(1400);
    expect(await ping("it-two", "10.3.0.1")).to.include(" 0% packet loss");
    await first.remove();
    // The other node's deletion removed the cable, and with it the address.
    expect(await second.refresh()).to.deep.equal(["interfaces.eth0"]);
    await second.remove();
  });

  it("is found by a second creation, which changes nothing", async () => {
    const first = await create();
    const host = new WatchedHost();
    const second = await create(asked, host);
    expect(host.changes).to.deep.equal([]);
    expect(second.state).to.deep.equal(first.state);
  });

  describe("updates in place, and only these", () => {
    const eth2 = { peer: { name: "it-far2" } };
    const rows: readonly (readonly [title: string, given: Args, ...changes: string[]])[] = [
      ["nothing", asked],
      [
        "a parameter",
        { ...asked, sysctls: { "net.ipv4.ip_forward": 0 } },
        `ip netns exec ${red} sysctl -q -w net.ipv4.ip_forward=0`,
      ],
      ["loopback", { ...asked, loopback: false }, `ip -n ${red} link set dev lo down`],
      [
        "an MTU, of both ends",
        withInterface("eth0", { mtu: 1400 }),
        `ip -n ${red} link set dev eth0 mtu 1400`,
        "ip link set dev it-red-eth0 mtu 1400",
      ],
      [
        "the MTU of the far end",
        withInterface("eth0", { peer: { bridge: "it-br", mtu: 1450 } }),
        "ip link set dev it-red-eth0 mtu 1450",
      ],
      [
        "a MAC address",
        withInterface("eth1", { mac: "02:00:00:00:00:09" }),
        `ip -n ${red} link set dev eth1 address 02:00:00:00:00:09`,
      ],
      ["the bridge", withInterface("eth0", { peer: {} }), "ip link set dev it-red-eth0 nomaster"],
      [
        "an interface more",
        { ...asked, interfaces: { eth0, eth1, eth2 } },
        `ip link add name it-far2 ADDRESS type veth peer name eth2 ADDRESS netns ${red}`,
        `ip -n ${red} link set dev eth2 alias MARK group default up`,
        "ip link set dev it-far2 alias MARK group default up",
      ],
      [
        "an address more",
        withInterface("eth1", { addresses: ["10.2.0.1/24", "10.2.0.2/24"] }),
        `ip -n ${red} address add 10.2.0.2/24 dev eth1 scope global`,
      ],
      [
        "a route more",
        { ...asked, routes: [{ destination: "10.8.0.0/16", via: "10.2.0.9" }, ...routes] },
        `ip -n ${red} route add 10.8.0.0/16 table main metric 0 proto 110 via 10.2.0.9`,
      ],
      [
        "a route less",
        { ...asked, routes: routes.slice(0, 2) },
        `ip -n ${red} route del unicast 10.9.0.0/16 table main metric 0 proto 110 dev eth1`,
      ],
      [
        "the way of a route",
        { ...asked, routes: [{ destination: "default", via: "10.1.0.253" }, ...routes.slice(1)] },
        `ip -n ${red} route replace default table main metric 0 proto 110 via 10.1.0.253`,
      ],
    ];
    for (const [title, given, ...changes] of rows) {
      it(title, async () => {
        const living = await create();
        const before = await shown();
        const host = new WatchedHost();
        expect(await living.become(given, host)).to.equal(changes.length === 0 ? "nothing" : "update");
        expect(host.changes.map(plain)).to.have.members(changes);
        expect(await living.refresh()).to.deep.equal([]);
        await living.become(asked);
        expect(await living.refresh()).to.deep.equal([]);
        expect(await shown()).to.deep.equal(before);
      });
    }

    const plain = (text: string) =>
      text.replace(/pulumi-netns:\S+/, "MARK").replace(/address \S+ mtu \d+ group \d+/g, "ADDRESS");

    it("an address, and the route over it that the kernel deletes with it", async () => {
      const living = await create();
      const given = withInterface("eth0", { addresses: ["10.1.0.7/24", "fd01::1/64"] });
      expect(await living.become(given)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
      expect(await ping(red, "10.1.0.254")).to.include(" 0% packet loss");
    });

    it("a removed interface with its address, and the route over it", async () => {
      const living = await create();
      const host = new WatchedHost();
      expect(
        await living.become({ ...asked, interfaces: { eth0 }, routes: routes.slice(0, 2) }, host),
      ).to.equal("update");
      expect(host.changes).to.deep.equal([
        `ip -n ${red} route del unicast 10.9.0.0/16 table main metric 0 proto 110 dev eth1`,
        `ip -n ${red} link del dev eth1`,
      ]);
      expect(await living.refresh()).to.deep.equal([]);
      expect(await linkNames(blue)).to.deep.equal(["lo"]);
    });

    it("a replaced cable, with its address and the route over it", async () => {
      const living = await create();
      expect(await living.become(withInterface("eth1", { peer: { name: "it-host1" } }))).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
      expect(await link("it-host1")).to.have.property("mtu", 1500);
    });

    it("the marks of a Node renamed under an alias", async () => {
      const living = await create();
      living.name = "other";
      expect(await living.become(asked)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
      expect((await link("eth0", red))?.ifalias).to.match(
        /^pulumi-netns:VethPair:\w+:project\/stack\/other\/it-red\/eth0$/,
      );
    });

    it("everything under another name", async () => {
      const living = await create();
      expect(await living.become({ ...asked, name: "it-green" })).to.equal("replace name");
      expect(await living.refresh()).to.deep.equal([]);
      expect(await namespaceNames()).to.have.members(["it-green", blue]);
      await living.remove();
    });
  });

  describe("finds drift at its place, and restores it", () => {
    const rows: readonly (readonly [line: string, namespace: string | undefined, ...places: string[]])[] = [
      ["link set dev lo down", red, "loopback"],
      ["link set dev eth0 mtu 1400", red, "interfaces.eth0.mtu", "VethPair it-red/eth0: peer.mtu"],
      ["link set dev eth0 address 02:00:00:00:00:0c", red, "interfaces.eth0.mac"],
      ["link set dev eth1 down", red, "interfaces.eth1.up", "routes.2"],
      ["link set dev it-red-eth0 mtu 1400", undefined, "interfaces.eth0.peer.mtu"],
      ["link set dev it-red-eth0 nomaster", undefined, "interfaces.eth0.peer.bridge"],
      ["link set dev it-red-eth0 down", undefined, "interfaces.eth0.peer.up"],
      ["link set dev it-red-eth0 name it-moved", undefined, "VethPair it-red/eth0: peer.name"],
      ["link del dev eth1", red, "interfaces.eth1", "routes.2"],
      ["addr del 10.2.0.1/24 dev eth1", red, "interfaces.eth1.addresses.0", "routes.2"],
      ["route del 10.9.0.0/16", red, "routes.2"],
      ["route replace default via 10.1.0.250 proto 110", red, "routes.0.via"],
    ];
    for (const [line, namespace, ...places] of rows) {
      it(line, async () => {
        const living = await create();
        await typed(line, namespace);
        expect(await living.refresh()).to.have.members(places);
        expect(await living.refresh()).to.have.members(places.filter((place) => place.includes(":")));
        expect(await living.become(asked)).to.equal("update");
        expect(await living.refresh()).to.deep.equal([]);
      });
    }

    it("a parameter", async () => {
      const living = await create();
      await localHost.run(command("sysctl", red, ["-q", "-w", "net.ipv4.ip_forward=0"]));
      expect(await living.refresh()).to.deep.equal(["sysctls.net.ipv4.ip_forward"]);
      expect(await living.become(asked)).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
    });

    it("no foreign additions", async () => {
      const living = await create();
      await typed("addr add 10.1.0.99/24 dev eth0", red);
      await typed("route add 10.77.0.0/16 dev eth0", red);
      expect(await living.refresh()).to.deep.equal([]);
    });
  });

  it("adopts existing objects with `adopt`, creates the missing ones, and restores the adopted ones", async () => {
    await typed("netns add it-theirs");
    await typed("link set dev lo alias theirs", "it-theirs");
    await typed("link add name it-far type veth peer name eth0 netns it-theirs");
    await typed("link set dev eth0 mtu 1300", "it-theirs");
    const look = () =>
      Promise.all([wholeLink("lo", "it-theirs"), wholeLink("eth0", "it-theirs"), wholeLink("it-far")]);
    const before = await look();
    const given = {
      ...{ name: "it-theirs", adopt: true },
      interfaces: { eth0: { peer: { name: "it-far" }, addresses: ["10.4.0.1/24"] } },
    };
    const { adopt: _, ...unwilling } = given;
    expect((await errorOf(create(unwilling))).message).to.match(/^name: it-theirs exists already/);
    const living = await create(given);
    expect(Object.keys(Object(living.state["parts"]))).to.deep.equal([
      "Namespace it-theirs",
      "VethPair it-theirs/eth0",
    ]);
    expect(await living.refresh()).to.deep.equal([]);
    await living.remove();
    expect((await look()).map(withoutPassing)).to.deep.equal(before.map(withoutPassing));
    expect(await typed("addr show dev eth0", "it-theirs")).to.not.include("10.4.0.1");
    expect(await recorded()).to.deep.equal([]);
    await typed("link del dev it-far");
  });

  it("does what it can, names failures by place, and continues from there", async () => {
    const living = await create();
    const given: Args = {
      ...asked,
      interfaces: {
        eth0: { ...eth0, mtu: 1400 },
        eth1: { ...eth1, peer: { bridge: "it-none" } },
        eth2: { peer: { name: "it-far2" } },
      },
    };
    const error = await errorOf(living.become(given));
    expect(error.message).to.match(/^interfaces.eth1: not found: [^\n]* master it-none/);
    expect([(await link("eth0", red))?.mtu, (await link("eth2", red))?.mtu]).to.deep.equal([1400, 1500]);
    expect(await living.become(asked)).to.equal("update");
    expect(await living.refresh()).to.deep.equal([]);
    expect(await linkNames(red)).to.have.members(["lo", "eth0", "eth1"]);
  });

  it("completes in another run wherever a creation or an update was interrupted", async () => {
    const whole = new WatchedHost();
    const living = await create(asked, whole);
    const news = {
      ...withInterface("eth0", { mtu: 1400, addresses: ["10.1.0.7/24"] }),
      routes: [{ destination: "default", via: "10.1.0.253" }],
    };
    const update = new WatchedHost();
    await living.become(news, update);
    await living.remove();
    for (let stop = 0; stop < whole.changes.length; stop += 2) {
      await errorOf(LivingComposite.create(composite, asked, crashing(stop)));
      const again = await create();
      expect(await again.refresh()).to.deep.equal([]);
      await again.remove();
    }
    for (let stop = 0; stop < update.changes.length; stop++) {
      const again = await create();
      const old = again.state;
      await errorOf(again.become(news, crashing(stop)));
      // The run was killed before it wrote the state.
      again.state = old;
      expect(await again.become(news)).to.equal("update");
      expect(await again.refresh()).to.deep.equal([]);
      await again.remove();
    }
    expect([await namespaceNames(), await linkNames(blue), await recorded()]).to.deep.equal([
      [blue],
      ["lo"],
      [],
    ]);
  }).timeout(120_000);
});
