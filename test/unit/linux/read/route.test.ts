import { expect } from "chai";
import fc from "fast-check";
import { parseRouteLookup, parseRoutes } from "../../../../provider/linux/read/route";

const plain = {
  destination: "10.9.0.0/24",
  table: undefined,
  metric: 0,
  source: undefined,
  mtu: undefined,
  nexthops: undefined,
  isForAll: true,
  more: [],
};
const nowhere = { weight: 1, onlink: false, isDead: false };

/** The answers of iproute2 6.1 on Linux 6.18 to `ip -N -j -d route show table T exact DESTINATION`. */
const GOLDEN: readonly (readonly [title: string, answer: string, routes: readonly object[]])[] = [
  [
    "by a gateway",
    `[{"type":"1","dst":"10.9.0.0/24","gateway":"10.1.0.2","dev":"v0","protocol":"110","scope":"0","flags":[]}]`,
    [
      {
        ...plain,
        type: "unicast",
        protocol: 110,
        way: { via: "10.1.0.2", interface: "v0", weight: 1, onlink: false, isDead: false },
      },
    ],
  ],
  [
    "with source and MTU, IPv6",
    `[{"type":"1","dst":"fd09::/64","gateway":"fd02::2","dev":"v1","protocol":"110","scope":"0",
       "prefsrc":"fd02::1","metric":1024,"flags":[],"metrics":[{"mtu":1300}],"pref":"medium"}]`,
    [
      {
        ...plain,
        destination: "fd09::/64",
        type: "unicast",
        protocol: 110,
        metric: 1024,
        source: "fd02::1",
        mtu: 1300,
        way: { via: "fd02::2", interface: "v1", weight: 1, onlink: false, isDead: false },
      },
    ],
  ],
  [
    "that the kernel made for an address",
    `[{"type":"1","dst":"10.1.0.0/24","dev":"v0","protocol":"2","scope":"253","prefsrc":"10.1.0.1","flags":[]}]`,
    [
      {
        ...plain,
        destination: "10.1.0.0/24",
        type: "unicast",
        protocol: 2,
        source: "10.1.0.1",
        way: { interface: "v0", weight: 1, onlink: false, isDead: false },
      },
    ],
  ],
  [
    "by a gateway that no address covers",
    `[{"type":"1","dst":"10.9.0.0/24","gateway":"172.16.0.1","dev":"v0","protocol":"110","scope":"0",
       "flags":["onlink"]}]`,
    [
      {
        ...plain,
        type: "unicast",
        protocol: 110,
        way: { via: "172.16.0.1", interface: "v0", weight: 1, onlink: true, isDead: false },
      },
    ],
  ],
  [
    "to IPv4 by an IPv6 gateway",
    `[{"type":"1","dst":"10.9.0.0/24","via":{"family":"inet6","host":"fe80::1"},"dev":"v0","protocol":"110",
       "scope":"0","flags":[]}]`,
    [
      {
        ...plain,
        type: "unicast",
        protocol: 110,
        way: { via: "fe80::1", interface: "v0", weight: 1, onlink: false, isDead: false },
      },
    ],
  ],
  [
    "by a link whose far end is down",
    `[{"type":"1","dst":"fd08::/64","gateway":"fd01::2","dev":"v0","protocol":"110","scope":"0","metric":1024,
       "flags":["linkdown"],"pref":"medium"}]`,
    [
      {
        ...plain,
        destination: "fd08::/64",
        type: "unicast",
        protocol: 110,
        metric: 1024,
        way: { via: "fd01::2", interface: "v0", weight: 1, onlink: false, isDead: false },
      },
    ],
  ],
  [
    "by several gateways, one of them dead",
    `[{"type":"1","dst":"10.9.0.0/24","protocol":"110","scope":"0","flags":[],"metrics":[{"mtu":1400}],
       "nexthops":[{"gateway":"10.2.0.2","dev":"v1","weight":256,"flags":["dead","linkdown"]},
                   {"via":{"family":"inet6","host":"fe80::1"},"dev":"v0","weight":1,"flags":[]},
                   {"gateway":"172.16.0.1","dev":"v0","weight":3,"flags":["onlink"]},
                   {"dev":"v0","weight":1,"flags":[]}]}]`,
    [
      {
        ...plain,
        type: "unicast",
        protocol: 110,
        mtu: 1400,
        way: nowhere,
        nexthops: [
          { via: "10.2.0.2", interface: "v1", weight: 256, onlink: false, isDead: true },
          { via: "fe80::1", interface: "v0", weight: 1, onlink: false, isDead: false },
          { via: "172.16.0.1", interface: "v0", weight: 3, onlink: true, isDead: false },
          { interface: "v0", weight: 1, onlink: false, isDead: false },
        ],
      },
    ],
  ],
  [
    "to nowhere, which IPv6 shows at lo",
    `[{"type":"7","dst":"fd09::/64","dev":"lo","protocol":"110","scope":"0","metric":1024,"flags":[],
       "metrics":[{"mtu":1400}],"pref":"medium"}]`,
    [
      {
        ...plain,
        destination: "fd09::/64",
        type: "unreachable",
        protocol: 110,
        metric: 1024,
        mtu: 1400,
        way: nowhere,
      },
    ],
  ],
  [
    "of each blocking type, and of one without an argument",
    `[{"type":"6","dst":"10.9.0.0/24","protocol":"110","scope":"0","flags":[]},
      {"type":"8","dst":"10.9.0.0/24","protocol":"110","scope":"0","metric":4294967295,"flags":[]},
      {"type":"9","dst":"10.9.0.0/24","protocol":"3","scope":"0","metric":7,"flags":[]}]`,
    [
      { ...plain, type: "blackhole", protocol: 110, way: nowhere },
      { ...plain, type: "prohibit", protocol: 110, metric: 4294967295, way: nowhere },
      { ...plain, type: "throw", protocol: 3, metric: 7, way: nowhere },
    ],
  ],
  [
    "for some packets only",
    `[{"type":"1","dst":"10.9.0.0/24","tos":"0x10","gateway":"10.1.0.2","dev":"v0","protocol":"3","scope":"0",
       "flags":[]},
      {"type":"1","dst":"default","from":"fd44::/64","gateway":"fd01::2","dev":"v0","protocol":"3","scope":"0",
       "metric":1024,"flags":[],"pref":"medium"}]`,
    [
      {
        ...plain,
        type: "unicast",
        protocol: 3,
        way: { via: "10.1.0.2", interface: "v0", weight: 1, onlink: false, isDead: false },
        isForAll: false,
      },
      {
        ...plain,
        destination: "default",
        type: "unicast",
        protocol: 3,
        metric: 1024,
        way: { via: "fd01::2", interface: "v0", weight: 1, onlink: false, isDead: false },
        isForAll: false,
      },
    ],
  ],
  [
    "by a nexthop object",
    `[{"type":"1","dst":"10.21.0.0/24","nhid":5,"gateway":"10.1.0.2","dev":"v0","protocol":"110","scope":"0",
       "flags":[],"nh_info":{"id":5,"gateway":"10.1.0.2","dev":"v0","scope":"253","protocol":"0","flags":[]}}]`,
    [
      {
        ...plain,
        destination: "10.21.0.0/24",
        type: "unicast",
        protocol: 110,
        way: { via: "10.1.0.2", interface: "v0", weight: 1, onlink: false, isDead: false },
        more: ["nhid", "nh_info"],
      },
    ],
  ],
  [
    "with settings that no argument can express",
    `[{"type":"1","dst":"10.9.0.0/24","gateway":"10.1.0.2","dev":"v0","protocol":"3","scope":"0","flags":[],
       "metrics":[{"mtu":1400,"advmss":1360,"window":4096}],"encap":"mpls"}]`,
    [
      {
        ...plain,
        type: "unicast",
        protocol: 3,
        mtu: 1400,
        way: { via: "10.1.0.2", interface: "v0", weight: 1, onlink: false, isDead: false },
        more: ["encap", "advmss", "window"],
      },
    ],
  ],
];

describe("parseRoutes", () => {
  it("reads the table in a list of all tables", () => {
    const answer = `[{"type":"2","dst":"10.1.0.1","dev":"v0","table":"255","protocol":"2","scope":"254",
      "prefsrc":"10.1.0.1","flags":[]}]`;
    expect(parseRoutes(answer)).to.deep.equal([
      {
        ...plain,
        ...{ type: "local", destination: "10.1.0.1", table: 255, protocol: 2, source: "10.1.0.1" },
        way: { interface: "v0", weight: 1, onlink: false, isDead: false },
      },
    ]);
  });

  for (const [title, answer, routes] of GOLDEN) {
    it(`reads a route ${title}`, () => {
      expect(parseRoutes(answer)).to.deep.equal(routes);
    });
  }

  for (const answer of [undefined, "", "[]"]) {
    it(`finds none in ${JSON.stringify(answer)}`, () => {
      expect(parseRoutes(answer)).to.deep.equal([]);
    });
  }

  it("reports what it cannot read", () => {
    expect(() => parseRoutes('[{"dst":"default"}]')).to.throw("cannot read a tool's answer");
  });

  it("ignores any other states and facts of the kernel", () => {
    const state = fc.constantFrom("linkdown", "dead", "offload", "trap", "pervasive");
    const way = { gateway: "10.1.0.2", dev: "v0", weight: 2 };
    fc.assert(
      fc.property(
        fc.array(state),
        fc.array(state),
        fc.dictionary(fc.constantFrom("scope", "pref", "nhid"), fc.nat()),
        (flags, more, facts) => {
          const answer = {
            ...{ ...facts, type: "1", dst: "10.9.0.0/24", protocol: "110", flags },
            nexthops: [{ ...way, flags: more }],
          };
          expect(parseRoutes(JSON.stringify([answer]))).to.deep.equal([
            {
              ...plain,
              type: "unicast",
              protocol: 110,
              way: { ...nowhere, isDead: flags.includes("dead") },
              nexthops: [
                { via: "10.1.0.2", interface: "v0", weight: 2, onlink: false, isDead: more.includes("dead") },
              ],
              more: "nhid" in facts ? ["nhid"] : [],
            },
          ]);
        },
      ),
    );
  });
});

describe("parseRouteLookup", () => {
  const rows: readonly (readonly [answer: string | undefined, lookup: object | undefined])[] = [
    [
      '[{"dst":"10.2.0.2","gateway":"10.1.0.2","dev":"v0","prefsrc":"10.1.0.1","flags":[],"uid":0,"cache":[]}]',
      { type: "unicast", via: "10.1.0.2", interface: "v0", source: "10.1.0.1" },
    ],
    [
      '[{"type":"local","dst":"10.1.0.1","dev":"lo","prefsrc":"10.1.0.1","flags":[],"uid":0,"cache":["local"]}]',
      { type: "local", interface: "lo", source: "10.1.0.1" },
    ],
    [
      '[{"dst":"10.2.0.2","via":{"family":"inet6","host":"fe80::2"},"dev":"v0","flags":[],"cache":[]}]',
      { type: "unicast", via: "fe80::2", interface: "v0" },
    ],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [answer, lookup] of rows) {
    it(`reads ${answer}`, () => {
      const found = parseRouteLookup(answer);
      if (lookup === undefined) expect(found).to.equal(undefined);
      else expect(found).to.include(lookup);
    });
  }
});
