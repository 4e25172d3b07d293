import { expect } from "chai";
import type { Composite } from "../../../provider/composites/composite";
import { node } from "../../../provider/composites/node";
import type { Args } from "../../../provider/engine/definition";
import { compositeProblems, creationOf, ownersIn } from "../../support/composite";

const composite: Composite = node;
const problems = (given: Args) => compositeProblems(composite, given, JSON.stringify(given));

const whole: Args = {
  name: "red",
  sysctls: { "net.ipv4.ip_forward": 1 },
  interfaces: {
    eth0: {
      mtu: 1400,
      peer: { bridge: "br0" },
      addresses: ["10.0.0.1/24", { address: "fd00::1/64", nodad: false }],
    },
    eth1: { peer: { namespace: "blue", name: "red0", up: false } },
  },
  routes: [
    { destination: "default", via: "10.0.0.254" },
    { destination: "default", via: "fd00::fe" },
    { destination: "10.9.0.0/16", interface: "eth1" },
    { destination: "10.8.0.0/16", type: "blackhole" },
  ],
};

describe("composites: Node", () => {
  it("is a namespace with cables, addresses and routes, each created as by its own kind", () => {
    expect(creationOf(composite, whole)).to.deep.equal({
      "Namespace red": [
        "ip netns add red",
        "ip -n red link set dev lo alias MARK group GROUP up",
        "ip netns exec red sysctl -q -w net.ipv4.ip_forward=1",
      ],
      "VethPair red/eth0": [
        "ip link add name red-eth0 address MAC mtu 1400 group GROUP type veth peer name eth0 address MAC mtu 1400 group GROUP netns red",
        "ip -n red link set dev eth0 alias MARK group default up",
        "ip link set dev red-eth0 alias MARK group default master br0 up",
      ],
      "Address red/eth0 10.0.0.1/24": ["ip -n red address add 10.0.0.1/24 dev eth0 scope global"],
      "Address red/eth0 fd00::1/64": ["ip -n red address add fd00::1/64 dev eth0 scope global"],
      "VethPair red/eth1": [
        "ip -n red link add name eth1 address MAC mtu 1500 group GROUP type veth peer name red0 address MAC mtu 1500 group GROUP netns blue",
        "ip -n red link set dev eth1 alias MARK group default up",
        "ip -n blue link set dev red0 alias MARK group default",
      ],
      "Route red/0.0.0.0/0": ["ip -n red route add default table main metric 0 proto 110 via 10.0.0.254"],
      "Route red/::/0": ["ip -n red -6 route add default table main metric 1024 proto 110 via fd00::fe"],
      "Route red/10.9.0.0/16": ["ip -n red route add 10.9.0.0/16 table main metric 0 proto 110 dev eth1"],
      "Route red/10.8.0.0/16": ["ip -n red route add blackhole 10.8.0.0/16 table main metric 0 proto 110"],
    });
  });

  it("adds addresses to its loopback, which is not a cable", () => {
    expect(
      creationOf(composite, { name: "r1", interfaces: { lo: { addresses: ["10.255.0.1/32"] } } }),
    ).to.have.all.keys("Namespace r1", "Address r1/lo 10.255.0.1/32");
    // The content of a state, with the defaults of other links.
    const filledIn = { lo: { mtu: 1500, up: true, peer: { up: true }, addresses: [] } };
    expect(problems({ name: "r2", interfaces: filledIn })).to.deep.equal([]);
  });

  describe("has routes that wait for the routes to their gateways", () => {
    const direct = "203.0.113.1/32";
    const rows: readonly (readonly [title: string, routes: readonly Args[], on: Args])[] = [
      [
        "in whatever order they are listed",
        [
          { destination: "default", via: "203.0.113.1" },
          { destination: "::/0", via: "2001:db8::1" },
          { destination: direct, interface: "eth0" },
          { destination: "2001:db8::1/128", interface: "eth0" },
        ],
        { "0.0.0.0/0": [direct], "::/0": ["2001:db8::1/128"], [direct]: [], "2001:db8::1/128": [] },
      ],
      [
        "each of several",
        [
          { destination: "10.9.0.0/16", nexthops: [{ via: "203.0.113.1" }, { via: "203.0.114.1" }] },
          { destination: direct, interface: "eth0" },
          { destination: "203.0.114.0/24", interface: "eth1" },
        ],
        { "10.9.0.0/16": [direct, "203.0.114.0/24"], [direct]: [], "203.0.114.0/24": [] },
      ],
      [
        "by a gateway of the other family",
        [
          { destination: "0.0.0.0/0", via: "2001:db8::1" },
          { destination: "2001:db8::/64", interface: "eth0" },
        ],
        { "0.0.0.0/0": ["2001:db8::/64"], "2001:db8::/64": [] },
      ],
      [
        "over a default route without a gateway, and by another table",
        [
          { destination: "10.9.0.0/16", via: "198.51.100.1", table: 7 },
          { destination: "default", interface: "eth0", metric: 9 },
        ],
        { "10.9.0.0/16 table 7": ["0.0.0.0/0 metric 9"], "0.0.0.0/0 metric 9": [] },
      ],
      [
        "not for one on another link, with its own gateway, or with several ways; nor if the gateway is declared a neighbour",
        [
          { destination: "default", via: "203.0.113.1", interface: "eth1" },
          { destination: "10.1.0.0/16", via: "203.0.113.1", interface: "eth0", onlink: true },
          { destination: "10.2.0.0/16", via: "203.0.113.9" },
          { destination: direct, interface: "eth0" },
          { destination: "203.0.113.8/29", via: "203.0.113.1" },
        ],
        {
          "0.0.0.0/0": [],
          "10.1.0.0/16": [],
          "10.2.0.0/16": [],
          [direct]: [],
          "203.0.113.8/29": [direct],
        },
      ],
    ];
    for (const [title, routes, on] of rows) {
      it(title, () => {
        const owners = ownersIn(composite, { name: "r", routes });
        const between = Object.entries(owners).flatMap(([key, keys]) =>
          key.startsWith("Route r/")
            ? [
                [
                  key.replace("Route r/", ""),
                  keys.filter((one) => one.startsWith("Route ")).map((one) => one.replace("Route r/", "")),
                ],
              ]
            : [],
        );
        expect(Object.fromEntries(between)).to.deep.equal(on);
      });
    }
  });

  it("has parts with dependencies: cables on the namespace, routes on addresses and on the link they name", () => {
    const addresses = ["Address red/eth0 10.0.0.1/24", "Address red/eth0 fd00::1/64"];
    expect(ownersIn(composite, whole)).to.deep.equal({
      "Namespace red": [],
      "VethPair red/eth0": ["Namespace red"],
      "Address red/eth0 10.0.0.1/24": ["Namespace red", "VethPair red/eth0"],
      "Address red/eth0 fd00::1/64": ["Namespace red", "VethPair red/eth0"],
      "VethPair red/eth1": ["Namespace red"],
      "Route red/0.0.0.0/0": ["Namespace red", ...addresses],
      "Route red/::/0": ["Namespace red", ...addresses],
      "Route red/10.9.0.0/16": ["Namespace red", "VethPair red/eth1", ...addresses],
      "Route red/10.8.0.0/16": ["Namespace red"],
    });
  });

  it("adds addresses to the far end of a cable, in its place", () => {
    const eth0 = { peer: { addresses: ["10.0.0.2/24"] } };
    const eth1 = { peer: { namespace: "blue", name: "red0", addresses: [{ address: "fd00::2/64" }] } };
    const given = { name: "red", interfaces: { eth0, eth1 } };
    const { "Address red-eth0 10.0.0.2/24": onHost, "Address blue/red0 fd00::2/64": inBlue } = creationOf(
      composite,
      given,
    );
    expect([onHost, inBlue]).to.deep.equal([
      ["ip address add 10.0.0.2/24 dev red-eth0 scope global"],
      ["ip -n blue address add fd00::2/64 dev red0 scope global nodad"],
    ]);
    expect(ownersIn(composite, given)).to.deep.include({
      "Address red-eth0 10.0.0.2/24": ["VethPair red/eth0"],
      "Address blue/red0 fd00::2/64": ["VethPair red/eth1"],
    });
  });

  it("is only a namespace if it is empty", () => {
    expect(Object.keys(creationOf(composite, { name: "red" }))).to.deep.equal(["Namespace red"]);
  });

  it("distinguishes names that would read the same", () => {
    const given = { name: "route", interfaces: { default: {}, route: {} } };
    expect(problems(given)[0]).to.match(/^interfaces.default: may not be "default"/);
    expect(Object.keys(creationOf(composite, { name: "nat", interfaces: { web: {} } }))).to.deep.equal([
      "Namespace nat",
      "VethPair nat/web",
    ]);
  });

  const rows: readonly (readonly [given: Args, ...problems: (string | RegExp)[]])[] = [
    [{ name: "a b" }, /^name: is "a b": white space/],
    [{ name: "n1", interface: {} }, /^interface: is not a property; there are `name`, /],
    [
      { name: "n2", interfaces: { eth0: { mtu: 1 } } },
      "interfaces.eth0.mtu: is 1, not a whole number from 68 to 65535 bytes",
    ],
    [
      { name: "n3", interfaces: { eth0: { speed: 1 } } },
      "interfaces.eth0.speed: is not a property; there are `bridge`, `mac`, `mtu`, `up`, `deleteForeign`, `peer`, `addresses`, `neighbors`",
    ],
    [
      { name: "n4", interfaces: { eth0: { addresses: ["10.0.0.1"] } } },
      'interfaces.eth0.addresses[0].address: is "10.0.0.1" without a prefix length, which would make it /32 with no neighbours: did you mean 10.0.0.1/24?',
    ],
    [
      { name: "n5", interfaces: { eth0: { addresses: [{ address: "10.0.0.1/24", nodad: true }] } } },
      "interfaces.eth0.addresses[0].nodad: has no meaning for an IPv4 address: leave it out",
    ],
    [
      { name: "a-long-router-1", interfaces: { eth0: {} } },
      'interfaces.eth0.peer.name: is 20 bytes long, and the kernel takes 15: give a shorter name, as "a-long-ro-eth0"',
    ],
    [
      { name: "n6", interfaces: { eth0: { peer: { namespace: "n6", name: "eth0" } } } },
      "interfaces.eth0.peer.name: is eth0, as is the other end in the same namespace: name one of them otherwise",
    ],
    [{ name: "n7", routes: [{ destination: "default" }] }, /^routes\[0\].via: is missing: name a gateway/],
    [
      {
        name: "n8",
        routes: [{ destination: "10.0.0.0/8", nexthops: [{ via: "10.1.0.1" }, { via: "10.1.0.1" }] }],
      },
      "routes[0].nexthops[1]: is the same way as nexthops[0]: give that one more weight instead",
    ],
    [
      {
        ...{ name: "n9", interfaces: { eth0: { addresses: ["10.0.0.1/24", "10.0.0.1/24"] } } },
        routes: [
          { destination: "0.0.0.0/0", via: "10.0.0.2" },
          { destination: "default", via: "10.0.0.3" },
        ],
      },
      "interfaces.eth0.addresses[1].address: is the same as interfaces.eth0.addresses[0]: drop one of them",
      "routes[1].destination: is the same as routes[0]: drop one of them",
    ],
    [
      { name: "n11", interfaces: { eth0: { peer: { addresses: ["10.0.0.1/33"] } } } },
      /^interfaces.eth0.peer.addresses\[0\].address: /,
    ],
    [
      {
        name: "n12",
        interfaces: { lo: { addresses: ["10.255.0.1/32"], mac: "02:00:00:00:00:01", mtu: 9000 } },
      },
      "interfaces.lo.mac: does not apply to lo, which takes `addresses` only: leave it out",
      "interfaces.lo.mtu: does not apply to lo, which takes `addresses` only: leave it out",
    ],
    [
      { name: "n13", interfaces: { lo: { up: false, peer: { bridge: "br0" } } } },
      "interfaces.lo.up: does not apply to lo, which takes `addresses` only: set `loopback: false` beside `interfaces` instead",
      "interfaces.lo.peer: does not apply to lo, which takes `addresses` only: leave it out",
    ],
    [
      { name: "n14", interfaces: { lo: { addresses: ["10.255.0.1"] } } },
      /^interfaces.lo.addresses\[0\].address: is "10.255.0.1" without a prefix length/,
    ],
    [{ name: "n10", sysctls: { "kernel.panic": 1 } }, /^sysctls.kernel.panic: is not below `net`/],
  ];
  for (const [given, ...expected] of rows) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      const found = problems(given);
      expect(found).to.have.lengthOf(expected.length);
      for (const [at, words] of expected.entries()) {
        if (typeof words === "string") expect(found[at]).to.equal(words);
        else expect(found[at]).to.match(words);
      }
    });
  }
});
