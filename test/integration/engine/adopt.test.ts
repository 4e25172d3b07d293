import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { address } from "../../../provider/kinds/address";
import { bridge } from "../../../provider/kinds/bridge";
import { namespace } from "../../../provider/kinds/namespace";
import { neighbor } from "../../../provider/kinds/neighbor";
import { route } from "../../../provider/kinds/route";
import { vethPair } from "../../../provider/kinds/vethPair";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markFor } from "../../support/args";
import {
  belonging,
  crashing,
  failure,
  foreign,
  Living,
  onKernel,
  recorded,
  refusedAsIncompatible,
  typed,
  WatchedHost,
} from "../../support/kernel";

/** A namespace that outlives each test, for links that are deleted with it. */
const lab = "it-adopt";

/** A foreign object and our arguments, which differ in everything that can be updated in place. */
interface Case {
  readonly title: string;
  readonly definition: Definition;
  /** `ip` lines, each in its namespace. */
  readonly made: readonly (readonly [line: string, namespace?: string])[];
  readonly given: Args;
  /** Everything observable about it. */
  readonly looks: readonly (readonly [line: string, namespace?: string])[];
  /** Another name for it, which replaces it. */
  readonly renamed: Args;
  /** A command that fails after others have changed something. Absent if there is only one command. */
  readonly late?: RegExp;
}

const CABLE = {
  end: { name: "it-a", namespace: lab, bridge: "it-br", mac: "02:00:00:00:00:1a", mtu: 1400, up: true },
  peer: { name: "it-b", bridge: "it-br", mac: "02:00:00:00:00:1b", mtu: 1400, up: true },
};
const RENAMED_CABLE = {
  end: { name: "it-c", namespace: lab },
  peer: { name: "it-d" },
};
const CABLE_LOOKS = [["link show dev it-a", lab], ["link show dev it-b"]] as const;

const via = "10.1.0.2";
const ROUTE = { namespace: lab, destination: "10.9.0.0/24" };
const way = (title: string, made: string, given: Args): Case => ({
  title: `Route: ${title}`,
  definition: route,
  made: [[`route add ${made}`, lab]],
  given: { ...ROUTE, ...given },
  looks: [
    ["-N -d route show 10.9.0.0/24", lab],
    ["-N -d -6 route show fd09::/64", lab],
  ],
  renamed: { namespace: lab, destination: "10.8.0.0/24", via },
});

const NEIGHBOR = { interface: "it-up", namespace: lab };
const lladdr = "02:00:00:00:00:09";
const entry = (title: string, made: string, given: Args): Case => ({
  title: `Neighbor: ${title}`,
  definition: neighbor,
  made: [[`neigh add ${made} dev it-up`, lab]],
  given: { ...NEIGHBOR, ...given },
  looks: [
    ["-N neigh show to 10.1.0.9 dev it-up nud all", lab],
    ["-N neigh show to fd01::9 dev it-up nud all", lab],
    ["-N neigh show proxy dev it-up", lab],
  ],
  renamed: { ...NEIGHBOR, address: "10.1.0.8", lladdr },
});

const BRIDGE: Case = {
  title: "Bridge",
  definition: bridge,
  made: [
    [
      "link add name it-net address 02:00:00:00:00:0a mtu 1400 group 7 type bridge forward_delay 700 ageing_time 900",
    ],
    ["link set dev it-net alias uplink"],
    ["link set dev it-net type bridge group_fwd_mask 8 stp_state 1"],
  ],
  given: {
    ...{ name: "it-net", mac: "02:00:00:00:00:0b", mtu: 1300, stp: false, forwardDelay: 4 },
    ...{ ageingTime: 60, groupFwdMask: 16384, up: true },
  },
  looks: [["-d link show dev it-net"]],
  renamed: { name: "it-net2" },
  late: / type bridge /,
};

const CASES: readonly Case[] = [
  {
    title: "Namespace",
    definition: namespace,
    made: [["netns add it-room"], ["link set dev lo alias theirs", "it-room"]],
    given: {
      name: "it-room",
      loopback: true,
      sysctls: { "net.ipv4.ip_forward": 1, "net.ipv4.conf.all.rp_filter": 2 },
    },
    looks: [["link show", "it-room"]],
    renamed: { name: "it-room2" },
    late: / sysctl -q /,
  },
  {
    title: "Namespace without a mark, up",
    definition: namespace,
    made: [["netns add it-room"], ["link set dev lo up", "it-room"]],
    given: { name: "it-room", loopback: false },
    looks: [["link show", "it-room"]],
    renamed: { name: "it-room2" },
  },
  BRIDGE,
  {
    ...BRIDGE,
    title: "Bridge without a mark",
    made: [["link add name it-net type bridge"], ["link set dev it-net up"]],
    given: { ...BRIDGE.given, up: false },
  },
  {
    ...BRIDGE,
    title: "Bridge whose MTU nobody asks for",
    given: { name: "it-net", stp: true, forwardDelay: 7, ageingTime: 8, groupFwdMask: 8, up: false },
  },
  {
    title: "VethPair",
    definition: vethPair,
    made: [
      [
        `link add name it-b address 02:00:00:00:00:0b mtu 1300 type veth peer name it-a address 02:00:00:00:00:0a mtu 1200 netns ${lab}`,
      ],
      ["link set dev it-b alias uplink"],
      ["link set dev it-a alias uplink", lab],
    ],
    given: CABLE,
    looks: CABLE_LOOKS,
    renamed: RENAMED_CABLE,
    late: / it-b .*master/,
  },
  {
    title: "VethPair between two bridges, each end with a mark of its own",
    definition: vethPair,
    made: [
      [`link add name it-b type veth peer name it-a netns ${lab}`],
      ["link set dev it-b alias right master it-br2"],
      ["link set dev it-a alias left master it-br2", lab],
    ],
    given: CABLE,
    looks: CABLE_LOOKS,
    renamed: RENAMED_CABLE,
    late: / it-b .*master/,
  },
  {
    title: "VethPair within a namespace, up, without marks",
    definition: vethPair,
    made: [
      ["link add name it-a type veth peer name it-b", lab],
      ["link set dev it-a up", lab],
      ["link set dev it-b up", lab],
    ],
    given: {
      end: { name: "it-a", namespace: lab, up: false },
      peer: { name: "it-b", namespace: lab, mtu: 1400 },
    },
    looks: [
      ["link show dev it-a", lab],
      ["link show dev it-b", lab],
    ],
    renamed: { end: { name: "it-c", namespace: lab }, peer: { name: "it-d", namespace: lab } },
    late: / it-b /,
  },
  {
    title: "Address",
    definition: address,
    made: [["address add 10.5.0.1/24 dev it-up", lab]],
    given: { interface: "it-up", namespace: lab, address: "10.5.0.1/24" },
    looks: [["address show dev it-up to 10.5.0.1", lab]],
    renamed: { interface: "it-up", namespace: lab, address: "10.6.0.1/24" },
  },
  {
    title: "Address, IPv6",
    definition: address,
    made: [["address add fd05::1/64 dev it-up nodad", lab]],
    given: { interface: "it-up", namespace: lab, address: "fd05::1/64" },
    looks: [["-6 address show dev it-up to fd05::1", lab]],
    renamed: { interface: "it-up", namespace: lab, address: "fd06::1/64" },
  },
  way(
    "a gateway, a source and an MTU",
    "10.9.0.0/24 via 10.1.0.3 dev it-up src 10.1.0.1 mtu 1300 proto static",
    {
      ...{ via, interface: "it-up2", onlink: true, mtu: 1400 },
    },
  ),
  way("a gateway on a link that is not asked for", "10.9.0.0/24 via 172.16.0.1 dev it-up onlink proto 99", {
    via,
  }),
  way("a link alone", "10.9.0.0/24 dev it-up proto boot", { via }),
  way("a dead end", "unreachable 10.9.0.0/24 proto static", { via, source: "10.1.0.1" }),
  way("a way to a dead end", "10.9.0.0/24 via 10.1.0.3 proto static", { type: "blackhole" }),
  way(
    "several ways",
    "10.9.0.0/24 proto static nexthop via 10.1.0.3 dev it-up weight 3 nexthop via 10.2.0.3 dev it-up2 weight 2",
    { via },
  ),
  way("one way to several", "10.9.0.0/24 via 10.1.0.3 proto static", {
    nexthops: [{ via }, { via: "10.2.0.2", weight: 4 }],
  }),
  way("a gateway, IPv6", "fd09::/64 via fd01::3 dev it-up src fd01::1 mtu 1300 proto static", {
    ...{ destination: "fd09::/64", via: "fd01::2", mtu: 1400 },
  }),
  entry("without a protocol", "10.1.0.9 lladdr 02:00:00:00:00:08 nud permanent", {
    ...{ address: "10.1.0.9", lladdr },
  }),
  entry("of a routing daemon, IPv6", "fd01::9 lladdr 02:00:00:00:00:08 nud noarp proto 99", {
    ...{ address: "fd01::9", lladdr, router: true },
  }),
  entry("proxy", "proxy fd01::9 router", { address: "fd01::9", proxy: true }),
  way("a dead end, IPv6", "prohibit fd09::/64 proto static", { destination: "fd09::/64", via: "fd01::2" }),
];

describe("adopt, with the kernel", () => {
  onKernel({ namespaces: [lab] });

  beforeEach(async () => {
    for (const where of [undefined, lab]) {
      for (const name of ["it-br", "it-br2"]) await typed(`link add name ${name} type bridge`, where);
    }
    for (const [at, name] of ["it-up", "it-up2"].entries()) {
      await typed(`link add name ${name} type bridge`, lab);
      await typed(`link set dev ${name} up`, lab);
      await typed(`address add 10.${at + 1}.0.1/24 dev ${name}`, lab);
      await typed(`address add fd0${at + 1}::1/64 dev ${name} nodad`, lab);
    }
  });

  afterEach(async () => {
    for (const family of ["-4", "-6"]) await typed(`${family} route flush proto static`, lab);
  });

  for (const { title, definition, made, given, looks, renamed, late } of CASES) {
    describe(title, () => {
      const adopting = { ...given, adopt: true };
      const look = () => pictureOf(looks);
      const adopt = (host = localHost) => Living.create(definition, adopting, "it", host);

      beforeEach(async () => {
        for (const [line, where] of made) await typed(line, where);
      });

      it("adopts an object, finds it unchanged, and restores it", async () => {
        const before = await look();
        const living = await adopt();
        expect(living.state).to.have.property("former");
        expect(await living.refresh()).to.deep.equal([]);
        expect(await living.become(adopting)).to.equal("nothing");
        expect(await recorded()).to.deep.equal([`${definition.kind} ${living.id}`]);
        await living.remove();
        expect(await look()).to.deep.equal(before);
        expect(await recorded()).to.deep.equal([]);
      });

      it("leaves it alone without `adopt`", async () => {
        const before = await look();
        expect(await failure(Living.create(definition, given, "it"))).to.include(
          "or set `adopt: true` to take it over",
        );
        expect(await look()).to.deep.equal(before);
        expect(await recorded()).to.deep.equal([]);
      });

      it("never takes it from another of our resources that has adopted it", async () => {
        const owner = await Living.create(definition, adopting, "owner");
        const taken = await look();
        expect(await failure(adopt())).to.equal(belonging(owner.id, `${definition.kind} "owner"`));
        expect(await look()).to.deep.equal(taken);
        await owner.remove();
      });

      it("restores it when a new one replaces it", async () => {
        const before = await look();
        const living = await adopt();
        expect(await living.become({ ...renamed, adopt: true })).to.match(/^replace /);
        expect(await look()).to.deep.equal(before);
        expect(living.state).to.not.have.property("former");
        await living.remove();
      });

      it("owns it once `adopt` is removed", async () => {
        const living = await adopt();
        expect(await living.become(given)).to.equal("update");
        expect(living.state).to.not.have.property("former");
        await living.remove();
        expect((await look()).join("")).to.not.include("10.9.0.0");
        expect(await living.refresh()).to.deep.equal(["gone"]);
        expect(await recorded()).to.deep.equal([]);
      });

      it("restores it in a later run, wherever the adoption was interrupted", async () => {
        const before = await look();
        for (let stop = 0; ; stop++) {
          const isWhole = await adopt(crashing(stop)).then(
            () => true,
            () => false,
          );
          const living = await adopt();
          expect(await living.refresh()).to.deep.equal([]);
          await living.remove();
          expect(await look(), `stopped after ${stop} changes`).to.deep.equal(before);
          expect(await recorded()).to.deep.equal([]);
          if (isWhole) break;
        }
      });

      it("restores it in a later run, wherever the restoration was interrupted", async () => {
        const before = await look();
        for (let stop = 0; ; stop++) {
          const living = await adopt();
          const isWhole = await living.remove(crashing(stop)).then(
            () => true,
            () => false,
          );
          await living.remove();
          expect(await look(), `stopped after ${stop} changes`).to.deep.equal(before);
          expect(await recorded()).to.deep.equal([]);
          if (isWhole) break;
        }
      });

      if (late) {
        it("restores it if the adoption fails half-way", async () => {
          const before = await look();
          const host = new WatchedHost({ at: late, reason: "NotPermitted" }, 1);
          expect(await failure(adopt(host))).to.match(/^NotPermitted: /);
          expect(await look()).to.deep.equal(before);
          expect(await recorded()).to.deep.equal([]);
        });
      }
    });
  }

  describe("refuses, and touches nothing,", () => {
    const [it_a, it_b] = [`${lab}/it-a`, "it-b"];
    const cable = { ...CABLE, adopt: true };
    const id = `${it_a} ${it_b}`;
    const net = { ...BRIDGE.given, adopt: true };
    const rows: readonly (readonly [
      title: string,
      definition: Definition,
      given: Args,
      made: Case["made"],
      refusal: string,
    ])[] = [
      [
        "a macvlan for a bridge",
        bridge,
        net,
        [["link add link it-br name it-net type macvlan"]],
        refusedAsIncompatible("it-net", "is a macvlan link, not a bridge"),
      ],
      [
        "a vxlan for a bridge",
        bridge,
        net,
        [["link add name it-net type vxlan id 5 dstport 4789"]],
        refusedAsIncompatible("it-net", "is a vxlan link, not a bridge"),
      ],
      [
        "a tap for a bridge",
        bridge,
        net,
        [["tuntap add dev it-net mode tap"]],
        refusedAsIncompatible("it-net", "is a tun link, not a bridge"),
      ],
      [
        "an end that is a macvlan",
        vethPair,
        cable,
        [["link add link it-br name it-a type macvlan", lab]],
        refusedAsIncompatible(id, "has it-a, which is a macvlan link, not a veth"),
      ],
      [
        "the ends of two cables within two namespaces",
        vethPair,
        cable,
        [
          ["link add name it-a type veth peer name it-x", lab],
          ["link add name it-b type veth peer name it-y"],
        ],
        refusedAsIncompatible(id, "is two cables: it-a and it-b are not the ends of one"),
      ],
      [
        "the ends of two cables, both to the other namespace",
        vethPair,
        cable,
        [
          [`link add name it-x type veth peer name it-a netns ${lab}`],
          [`link add name it-b type veth peer name it-y netns ${lab}`],
        ],
        refusedAsIncompatible(id, "is two cables: it-a and it-b are not the ends of one"),
      ],
      [
        "the ends of two cables to third namespaces, all of one index",
        vethPair,
        { end: { name: "it-a", namespace: "it-1" }, peer: { name: "it-b", namespace: "it-2" }, adopt: true },
        [
          ...["it-1", "it-2", "it-3", "it-4"].map((name) => [`netns add ${name}`] as const),
          ["link add name it-a index 77 type veth peer name it-x index 77 netns it-3", "it-1"],
          ["link add name it-b index 77 type veth peer name it-y index 77 netns it-4", "it-2"],
        ],
        refusedAsIncompatible("it-1/it-a it-2/it-b", "is two cables: it-a and it-b are not the ends of one"),
      ],
      [
        "the ends of two cables of the same names, each within its namespace",
        vethPair,
        { end: { name: "it-a", namespace: "it-1" }, peer: { name: "it-b", namespace: "it-2" }, adopt: true },
        ["it-1", "it-2"].flatMap((name) => [
          [`netns add ${name}`] as const,
          ["link add name it-a type veth peer name it-b", name] as const,
        ]),
        refusedAsIncompatible("it-1/it-a it-2/it-b", "is two cables: it-a and it-b are not the ends of one"),
      ],
      [
        "an address of another scope",
        address,
        { interface: "it-up", namespace: lab, address: "10.5.0.1/24", adopt: true },
        [["address add 10.5.0.1/24 dev it-up scope link", lab]],
        `RefusedError: ${lab}/it-up 10.5.0.1/24 cannot be adopted, as scope cannot be changed in place: ask for what is there, or remove it by hand`,
      ],
      [
        "a route of a type that no Route has",
        route,
        { ...ROUTE, via, adopt: true },
        [["route add throw 10.9.0.0/24 proto static", lab]],
        refusedAsIncompatible(`${lab}/10.9.0.0/24`, "is of a type that no Route has"),
      ],
      [
        "a route with settings that no Route has",
        route,
        { ...ROUTE, via, adopt: true },
        [["route add 10.9.0.0/24 via 10.1.0.3 advmss 1360 proto static", lab]],
        refusedAsIncompatible(`${lab}/10.9.0.0/24`, "has settings that no Route has: advmss"),
      ],
      [
        "a neighbour that somebody else manages",
        neighbor,
        { ...NEIGHBOR, address: "10.1.0.9", lladdr, adopt: true },
        [[`neigh add 10.1.0.9 lladdr ${lladdr} dev it-up nud permanent extern_learn`, lab]],
        refusedAsIncompatible(`${lab}/it-up 10.1.0.9`, "has settings that no Neighbor has: extern_learn"),
      ],
    ];
    for (const [title, definition, given, made, refusal] of rows) {
      it(title, async () => {
        for (const [line, where] of made) await typed(line, where);
        const look = () =>
          pictureOf([["-d link show"], ["-d link show", lab], ["route show table main", lab]]);
        const before = await look();
        const host = new WatchedHost();
        expect(await failure(Living.create(definition, given, "it", host))).to.equal(refusal);
        expect(host.changes).to.deep.equal([]);
        expect(await look()).to.deep.equal(before);
        expect(await recorded()).to.deep.equal([]);
      });
    }

    it("an object with the mark of another stack", async () => {
      for (const [line, where] of BRIDGE.made) await typed(line, where);
      await typed("link set dev it-net alias pulumi-netns:Bridge:0123456789ab:project/other/net");
      expect(await failure(Living.create(bridge, net, "it"))).to.equal(
        belonging("it-net", 'Bridge "net"', "project/other"),
      );
    });

    it("an object it is not told to adopt, naming its mark", async () => {
      for (const [line, where] of BRIDGE.made) await typed(line, where);
      expect(await failure(Living.create(bridge, BRIDGE.given, "it"))).to.include(
        foreign("it-net", "uplink"),
      );
    });
  });

  it("creates a missing object, as without `adopt`, and deletes it", async () => {
    const living = await Living.create(bridge, { ...BRIDGE.given, adopt: true }, "it");
    expect(living.state)
      .to.include({ mark: markFor("Bridge", "it") })
      .and.not.have.property("former");
    await living.remove();
    expect(await living.refresh()).to.deep.equal(["gone"]);
  });
});

/** The output for a person, without values that change on their own, such as the id that a bridge derives from its MAC address. */
async function pictureOf(looks: Case["looks"]): Promise<string[]> {
  const answers = await Promise.all(looks.map(([line, where]) => typed(line, where).catch(String)));
  return answers.map((answer) =>
    answer.replace(
      /\w*_timer +[\d.]+| qdisc \w+| state [A-Z]+|(NO-CARRIER|M-DOWN),|,LOWER_UP|(bridge_id|designated_root) \S+/g,
      "",
    ),
  );
}
