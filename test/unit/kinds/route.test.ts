import { expect } from "chai";
import fc from "fast-check";
import { checkArgs } from "../../../provider/engine/check";
import type { Args, Definition } from "../../../provider/engine/definition";
import { check, diff } from "../../../provider/engine/lifecycle";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { route as definition } from "../../../provider/kinds/route";
import { ip } from "../../../provider/linux/command";
import { RefusedError } from "../../../provider/linux/errors";
import { HERE } from "../../support/fakeHost";

const route: Definition = definition;
const mark = "pulumi-netns:Route:0123456789ab:lab/dev/way";

/** Arguments as the check passes them on. */
function checked(given: object): Args {
  const { args, problems } = checkArgs(route, { ...given, mark });
  expect(problems).to.deep.equal([]);
  return args;
}

/** A command as it is typed. */
const typed = (namespace: string | undefined, text: string) => ip(namespace, ...text.split(" "));

/** One way in the output of `ip -j`. */
function shown({ via, interface: link = "eth0", weight, onlink }: Args, isIpv6: boolean): object {
  const isCross = String(via).includes(":") !== isIpv6;
  return {
    ...(via !== undefined && (isCross ? { via: { family: "inet6", host: via } } : { gateway: via })),
    ...{ dev: link, weight, flags: onlink ? ["onlink"] : [] },
  };
}

const list = (value: unknown): Args[] => (Array.isArray(value) ? value : []);

/** The kernel's output about a route that equals the arguments. */
function answer(args: Args): string {
  const isIpv6 = String(args["destination"]).includes(":");
  const types = ["", "unicast", "", "", "", "", "blackhole", "unreachable", "prohibit"];
  const own = {
    type: String(types.indexOf(String(args["type"]))),
    ...{ dst: args["destination"], protocol: "110", scope: "0", flags: [] },
    ...(args["source"] !== undefined && { prefsrc: args["source"] }),
    ...(args["mtu"] !== undefined && { metrics: [{ mtu: args["mtu"] }] }),
    ...(isIpv6 && { metric: 1024 }),
    ...(args["metric"] !== undefined && { metric: args["metric"] }),
    ...(args["nexthops"] === undefined
      ? shown(args, isIpv6)
      : { nexthops: list(args["nexthops"]).map((way) => shown(way, isIpv6)) }),
  };
  return JSON.stringify([own]);
}

describe("Route", () => {
  describe("commands", () => {
    const rows: readonly (readonly [
      given: { readonly namespace?: string; readonly [field: string]: unknown },
      key: string,
      rest: string,
      type?: string,
    ])[] = [
      [
        { namespace: "blue", destination: "192.168.1.0/24", via: "192.168.15.5" },
        "192.168.1.0/24 table main metric 0 proto 110",
        "via 192.168.15.5",
      ],
      [
        { destination: "default", via: "192.168.15.5" },
        "default table main metric 0 proto 110",
        "via 192.168.15.5",
      ],
      [{ destination: "default", interface: "eth0" }, "default table main metric 0 proto 110", "dev eth0"],
      [
        { destination: "default", via: "FD00:0::1" },
        "-6 default table main metric 1024 proto 110",
        "via fd00::1",
      ],
      [
        { destination: "default", interface: "eth0", source: "fd00::2" },
        "-6 default table main metric 1024 proto 110",
        "src fd00::2 dev eth0",
      ],
      [
        { destination: "0.0.0.0/0", via: "fe80::1", interface: "eth0" },
        "0.0.0.0/0 table main metric 0 proto 110",
        "via inet6 fe80::1 dev eth0",
      ],
      [{ destination: "::/0", interface: "eth0" }, "-6 ::/0 table main metric 1024 proto 110", "dev eth0"],
      [
        { destination: "10.0.0.1", via: "10.1.0.2", interface: "eth0", onlink: true },
        "10.0.0.1/32 table main metric 0 proto 110",
        "via 10.1.0.2 dev eth0 onlink",
      ],
      [
        {
          ...{ namespace: "blue", destination: "fd07::/48", via: "fd00::1", interface: "eth0" },
          ...{ metric: 7, table: 100, source: "fd00::2", mtu: 1400 },
        },
        "-6 fd07::/48 table 100 metric 7 proto 110",
        "src fd00::2 mtu 1400 via fd00::1 dev eth0",
      ],
      [
        { destination: "10.0.0.0/8", type: "blackhole", table: 255 },
        "10.0.0.0/8 table local metric 0 proto 110",
        "",
        "blackhole ",
      ],
      [
        { destination: "fd07::/48", type: "unreachable", table: 253 },
        "-6 fd07::/48 table default metric 1024 proto 110",
        "",
        "unreachable ",
      ],
      [
        { destination: "10.0.0.0/8", type: "prohibit", table: 254, metric: 4294967295, mtu: 68 },
        "10.0.0.0/8 table main metric 4294967295 proto 110",
        "mtu 68",
        "prohibit ",
      ],
      [
        {
          ...{ destination: "10.0.0.0/8", source: "10.1.0.1", mtu: 1300 },
          nexthops: [
            { via: "10.1.0.2", interface: "eth0", weight: 3 },
            { via: "fe80::1", interface: "eth1" },
            { via: "10.9.0.1", interface: "eth1", onlink: true },
            { interface: "eth2" },
          ],
        },
        "10.0.0.0/8 table main metric 0 proto 110",
        "src 10.1.0.1 mtu 1300 nexthop via 10.1.0.2 dev eth0 weight 3 nexthop via inet6 fe80::1 dev eth1 weight 1 " +
          "nexthop via 10.9.0.1 dev eth1 onlink weight 1 nexthop dev eth2 weight 1",
      ],
      [
        { destination: "default", nexthops: [{ via: "fd01::1" }, { via: "fd02::1", weight: 256 }] },
        "-6 default table main metric 1024 proto 110",
        "nexthop via fd01::1 weight 1 nexthop via fd02::1 weight 256",
      ],
    ];
    for (const [given, key, rest, type = ""] of rows) {
      const args = checked(given);
      const [, family = "", words = ""] = /^(-6 )?(.*)$/.exec(key) ?? [];
      const [destination = ""] = words.split(" ");
      const table = /table (\S+)/.exec(words)?.[1];
      const full = [type + words, ...(rest ? [rest] : [])].join(" ");
      it(`${family}route … ${full}`, () => {
        const observed = { args: {}, outputs: {}, mark, restorable: { type: "unicast", interface: "eth9" } };
        const isLowest = words.includes("metric 0 ");
        expect({
          probe: route.probe(args),
          create: route.create(args),
          update: route.update(observed, args),
          remove: route.remove(observed, args),
        }).to.deep.equal({
          probe: [typed(given.namespace, `${family}-N -j -d route show table ${table} exact ${destination}`)],
          create: [typed(given.namespace, `${family}route add ${full}`)],
          update: [typed(given.namespace, `${family}route replace ${full}`)],
          remove: [
            typed(given.namespace, `${family}route del ${isLowest ? `unicast ${words} dev eth9` : words}`),
          ],
        });
      });
    }
  });

  describe("identity", () => {
    const rows: readonly (readonly [given: object, id: string, claim: string])[] = [
      [
        { namespace: "blue", destination: "192.168.1.0/24", via: "10.0.0.1" },
        "blue/192.168.1.0/24",
        "route main 192.168.1.0/24 metric 0 in blue",
      ],
      [{ destination: "default", via: "10.0.0.1" }, "0.0.0.0/0", "route main 0.0.0.0/0 metric 0"],
      [{ destination: "default", via: "fd00::1" }, "::/0", "route main ::/0 metric 1024"],
      [
        { destination: "fd07::/48", type: "blackhole", metric: 1024, table: 254 },
        "fd07::/48",
        "route main fd07::/48 metric 1024",
      ],
      [
        { namespace: "blue", destination: "10.0.0.0/8", type: "blackhole", metric: 5, table: 100 },
        "blue/10.0.0.0/8 table 100 metric 5",
        "route 100 10.0.0.0/8 metric 5 in blue",
      ],
    ];
    for (const [given, id, claim] of rows) {
      it(id, () => {
        const args = checked(given);
        expect({ id: route.id(args), claims: route.objectNames(args) }).to.deep.equal({
          id,
          claims: [claim],
        });
      });
    }

    it("is refused to a second resource, however it is written", () => {
      check(route, HERE, { namespace: "twice", destination: "default", via: "10.0.0.1", mark });
      const other = "pulumi-netns:Route:ba9876543210:lab/dev/other";
      const args = { namespace: "twice", destination: "0.0.0.0/0", interface: "eth0", table: 254, metric: 0 };
      expect(check(route, HERE, { ...args, mark: other }).problems).to.deep.equal([
        {
          property: "destination",
          reason:
            'route main 0.0.0.0/0 metric 0 in twice is Route "way" already: two resources of a program cannot be the ' +
            "same kernel object, so rename or remove one of them",
        },
      ]);
    });
  });

  describe("bad input", () => {
    const nowhere = "is missing: name a gateway here, a link as `interface`, or several ways as `nexthops`";
    const blocked = "has no meaning for a route of type blackhole, which lets nothing through: leave it out";
    const several = "does not go with `nexthops`: move it into one of them";
    const ways = [{ via: "10.1.0.2" }, { via: "10.2.0.2" }];
    const rows: readonly (readonly [given: object, problems: Readonly<Record<string, string>>])[] = [
      [{}, { destination: "is required" }],
      [
        { destination: "elsewhere", via: "10.0.0.1" },
        {
          destination: 'is "elsewhere", not a network such as 192.168.15.0/24 or fd00::/64',
        },
      ],
      [
        { destination: "192.168.1.7/24", via: "10.0.0.1" },
        {
          destination:
            'is "192.168.1.7/24", which has bits beyond its prefix: did you mean 192.168.1.0/24, or 192.168.1.7/32?',
        },
      ],
      [{ destination: "default" }, { via: nowhere }],
      [{ destination: "default", metric: 5, mtu: 1400 }, { via: nowhere }],
      [
        { destination: "default", via: "10.0.0.1/24", metric: -1, table: 0, mtu: 20, type: "throw" },
        {
          via: 'is "10.0.0.1/24", not an IPv4 or IPv6 address such as 192.168.15.1',
          metric: "is -1, not a whole number from 0 to 4294967295",
          table: "is 0, not a whole number from 1 to 4294967295",
          mtu: "is 20, not a whole number from 68 to 65520 bytes",
          type: 'is "throw", not one of unicast, blackhole, unreachable, prohibit',
        },
      ],
      [
        { destination: "default", via: "10.0.0.1", table: "wan", mtu: 65535, device: "eth0" },
        {
          device:
            "is not a property; there are `destination`, `namespace`, `via`, `interface`, `metric`, `table`, " +
            "`source`, `mtu`, `onlink`, `type`, `nexthops`, `adopt`",
          table:
            'is "wan", neither main, local or default nor a name in /etc/iproute2/rt_tables of this host: write its number, from 1 to 4294967295, or add the name there',
          mtu: "is 65535, not a whole number from 68 to 65520 bytes",
        },
      ],
      [
        { destination: "10.0.0.0/8", type: "blackhole", via: "10.0.0.1", interface: "eth0", onlink: true },
        { via: blocked, interface: blocked, onlink: blocked },
      ],
      [
        { destination: "10.0.0.0/8", type: "blackhole", nexthops: ways, source: "10.0.0.1" },
        { source: blocked, nexthops: blocked },
      ],
      [
        { destination: "10.0.0.0/8", via: "10.0.0.1", interface: "eth0", onlink: true, nexthops: ways },
        { via: several, interface: several, onlink: several },
      ],
      [
        { destination: "10.0.0.0/8", nexthops: [{ via: "10.1.0.2" }] },
        { nexthops: "needs two ways or more: write a single one as `via` and `interface`" },
      ],
      [
        { destination: "10.0.0.0/8", nexthops: [{ via: "10.1.0.2", weight: 0 }, { gateway: "10.2.0.2" }] },
        {
          "nexthops[0].weight": "is 0, not a whole number from 1 to 256",
          "nexthops[1].gateway": "is not a property; there are `via`, `interface`, `weight`, `onlink`",
        },
      ],
      [
        { destination: "10.0.0.0/8", nexthops: [...ways, { via: "10.1.0.2", weight: 2 }, {}] },
        {
          "nexthops[2]": "is the same way as nexthops[0]: give that one more weight instead",
          "nexthops[3].via": "is missing: name a gateway here, or a link as `interface`",
        },
      ],
      [
        {
          destination: "fd07::/48",
          nexthops: [{ via: "fd01::2" }, { interface: "eth1" }, { via: "fe80::1" }],
        },
        {
          "nexthops[1].via": "is missing: of several IPv6 ways each needs a gateway",
          "nexthops[2].via": "is fe80::1, which may be on any link: name the link as `interface`",
        },
      ],
      [
        { destination: "10.0.0.0/8", nexthops: [{ via: "10.1.0.2", onlink: true }, { via: "224.0.0.1" }] },
        {
          "nexthops[0].onlink":
            "needs both `via` and `interface`: it makes the gateway a neighbour on that link",
          "nexthops[1].via":
            "is 224.0.0.1, which is not the address of one machine, but a multicast one: name a machine",
        },
      ],
      [
        { destination: "fd07::/48", via: "10.0.0.1", source: "10.0.0.2", metric: 0, mtu: 1279 },
        {
          via: "is 10.0.0.1, but an IPv6 route takes IPv6 gateways",
          source: "is 10.0.0.2, but this is an IPv6 route: write an IPv6 address",
          metric: "is 0, which the kernel takes for 1024 in IPv6: write 1024",
          mtu: "is 1279, but 1280 bytes must get through in IPv6 (RFC 8200): write 1280 or more",
        },
      ],
      [
        { destination: "default", via: "fe80::1", interface: "eth0", source: "10.0.0.2" },
        {
          source:
            "is 10.0.0.2, but this is an IPv6 route: write an IPv6 address, or the destination as 0.0.0.0/0",
        },
      ],
      [
        { destination: "10.0.0.0/8", via: "fe80::1", source: "fd00::2" },
        {
          via: "is fe80::1, which may be on any link: name the link as `interface`",
          source: "is fd00::2, but this is an IPv4 route: write an IPv4 address",
        },
      ],
      [
        { destination: "10.0.0.1", via: "10.0.0.1" },
        { via: "is 10.0.0.1, the destination itself: leave it out and name the link as `interface`" },
      ],
      [
        { destination: "default", via: "0.0.0.0", source: "255.255.255.255" },
        {
          via: "is 0.0.0.0, which is not the address of one machine, but the unspecified one: name a machine",
          source:
            "is 255.255.255.255, which is not the address of one machine, but the broadcast address of every link: name a machine",
        },
      ],
      [
        { destination: "fd07::/48", interface: "a-very-long-link-name" },
        {
          interface: 'is 21 bytes long, and the kernel takes 15: give a shorter name, as "a-very-lo-name"',
        },
      ],
      [
        { destination: "fd07::/48", via: "ff02::1", onlink: true },
        {
          via: "is ff02::1, which is not the address of one machine, but a multicast one: name a machine",
          onlink: "needs both `via` and `interface`: it makes the gateway a neighbour on that link",
        },
      ],
    ];
    for (const [given, problems] of rows) {
      it(JSON.stringify(given), () => {
        const found = check(route, HERE, { ...given, mark }).problems;
        expect(Object.fromEntries(found.map(({ property, reason }) => [property, reason]))).to.deep.equal(
          problems,
        );
        expect(found).to.have.length(Object.keys(problems).length);
      });
    }

    it("accepts unknown values", () => {
      const ways = [{ via: UNKNOWN }, { via: "10.2.0.2" }];
      for (const given of [
        { destination: UNKNOWN, via: "10.0.0.1" },
        { destination: "default", via: UNKNOWN, source: "fd00::1" },
        { destination: "fd07::/48", nexthops: ways },
      ]) {
        checked(given);
      }
    });
  });

  describe("changes", () => {
    const base = { destination: "default", via: "10.0.0.1" };
    const base6 = { destination: "fd07::/48", via: "fd00::1" };
    const ways = [{ via: "10.1.0.2" }, { via: "10.2.0.2" }];
    const ways6 = [{ via: "fd01::2" }, { via: "fd02::2" }];
    const block = { destination: "10.0.0.0/8", type: "blackhole" };
    const rows: readonly (readonly [was: object, now: object, replaces: readonly string[] | undefined])[] = [
      [base, base, undefined],
      [{ ...base, table: "main" }, { ...base, table: 254 }, undefined],
      [base, { ...base, destination: "10.0.0.0/8" }, ["destination"]],
      [base, { ...base, namespace: "blue" }, ["namespace"]],
      [base, { ...base, metric: 5 }, ["metric"]],
      [base, { ...base, table: 100 }, ["table"]],
      [base, { ...base, via: "10.0.0.2" }, []],
      [base, { ...base, via: UNKNOWN }, []],
      [base, { ...base, via: "fd00::1" }, ["via"]],
      [base, { destination: "default", interface: "eth0" }, []],
      [base, { ...base, interface: "eth0" }, []],
      [base, { ...base, interface: "eth0", onlink: true }, []],
      [base, { ...base, source: "10.0.0.9" }, []],
      [base, { ...base, mtu: 1400 }, []],
      [base, { destination: "default", nexthops: ways }, []],
      [base, { destination: "default", nexthops: ways6 }, ["nexthops"]],
      [base6, { ...base6, via: "fd00::2", mtu: 1400 }, []],
      [{ ...base6, source: "fd00::8" }, { ...base6, source: "fd00::9" }, []],
      [
        { ...base6, nexthops: ways6, via: undefined },
        { ...base6, nexthops: ways6.toReversed(), via: undefined },
        [],
      ],
      [{ destination: "default", interface: "eth0" }, { destination: "default", via: "fd00::1" }, ["via"]],
      [block, { ...block, type: "prohibit" }, []],
      [block, { destination: "10.0.0.0/8", via: "10.0.0.1" }, []],
    ];
    for (const [was, now, replaces] of rows) {
      it(`${JSON.stringify(was)} → ${JSON.stringify(now)}`, () => {
        const outcome = diff(route, HERE, checked(was), checked(now));
        expect(outcome).to.deep.equal({
          changes: replaces !== undefined,
          replaces: replaces ?? [],
          deleteBeforeReplace: true,
        });
      });
    }
  });

  describe("reading", () => {
    const args = checked({ namespace: "blue", destination: "10.9.0.0/24", via: "10.1.0.2" });
    const asked = checked({
      ...{ destination: "fd09::/64", via: "fd01::2", interface: "v0", mtu: 1400, source: "fd01::1" },
    });
    const several = checked({
      destination: "10.9.0.0/24",
      nexthops: [{ via: "10.1.0.2" }, { via: "10.2.0.2", interface: "v1", weight: 2 }],
    });
    const ours = `{"type":"1","dst":"10.9.0.0/24","gateway":"10.1.0.2","dev":"v0","protocol":"110","flags":[]}`;
    const foreign = `{"type":"1","dst":"10.9.0.0/24","gateway":"10.2.0.2","dev":"v1","protocol":"3","flags":[]}`;
    const lowly = ours.replace('"flags"', '"metric":5,"flags"');
    const none = { mtu: undefined, source: undefined, nexthops: undefined };
    const asIs = { type: "unicast", via: "10.1.0.2", onlink: false, ...none };
    const rows: readonly (readonly [
      title: string,
      args: Args,
      answer: string | undefined,
      observed: unknown,
    ])[] = [
      ["nothing", args, "[]", undefined],
      ["no such table", args, undefined, undefined],
      ["only of another metric", args, `[${lowly}]`, undefined],
      ["only for some packets", args, `[${ours.replace('"flags"', '"tos":"0x10","flags"')}]`, undefined],
      [
        "ours",
        args,
        `[${ours}]`,
        { args: asIs, outputs: {}, mark, incompatible: undefined, hasRival: false },
      ],
      [
        "ours among others",
        args,
        `[${ours},${lowly}]`,
        { args: asIs, outputs: {}, mark, incompatible: undefined, hasRival: false },
      ],
      [
        "another's",
        args,
        `[${foreign}]`,
        {
          args: { ...asIs, via: "10.2.0.2" },
          outputs: {},
          mark: "proto 3",
          incompatible: undefined,
          hasRival: false,
        },
      ],
      [
        "ours behind another's",
        args,
        `[${foreign},${ours}]`,
        { args: asIs, outputs: {}, mark, incompatible: undefined, hasRival: true },
      ],
      [
        "other values in every field",
        asked,
        `[{"type":"1","dst":"fd09::/64","gateway":"::ffff:1.2.3.4","dev":"v1","protocol":"110","metric":1024,
           "prefsrc":"fd02::1","flags":["onlink","linkdown"],"metrics":[{"mtu":1300}]}]`,
        {
          args: {
            ...{ type: "unicast", via: "::ffff:102:304", interface: "v1", onlink: true },
            ...{ mtu: 1300, source: "fd02::1", nexthops: undefined },
          },
          ...{ outputs: {}, mark, incompatible: undefined, hasRival: false },
        },
      ],
      [
        "a dead end instead",
        asked,
        `[{"type":"7","dst":"fd09::/64","dev":"lo","protocol":"110","metric":1024,"flags":[]}]`,
        {
          args: { type: "unreachable", via: undefined, interface: undefined, onlink: false, ...none },
          ...{ outputs: {}, mark, incompatible: undefined, hasRival: false },
        },
      ],
      [
        "several ways instead",
        asked,
        `[{"type":"1","dst":"fd09::/64","protocol":"110","metric":1024,"flags":[],
           "nexthops":[{"gateway":"fd01::2","dev":"v0","weight":1,"flags":[]},
                       {"gateway":"fd02::2","dev":"v1","weight":2,"flags":["onlink"]}]}]`,
        {
          args: {
            ...{ type: "unicast", via: undefined, interface: undefined, onlink: false, ...none },
            nexthops: [
              { via: "fd01::2", interface: "v0", weight: 1, onlink: false },
              { via: "fd02::2", interface: "v1", weight: 2, onlink: true },
            ],
          },
          ...{ outputs: {}, mark, incompatible: undefined, hasRival: false },
        },
      ],
      [
        "several ways, one of them not as asked for",
        several,
        `[{"type":"1","dst":"10.9.0.0/24","protocol":"110","flags":[],
           "nexthops":[{"gateway":"10.2.0.2","dev":"v2","weight":2,"flags":[]},
                       {"gateway":"10.1.0.2","dev":"v0","weight":1,"flags":[]}]}]`,
        {
          args: {
            ...{ type: "unicast", via: undefined, onlink: false, ...none },
            nexthops: [
              { via: "10.2.0.2", interface: "v2", weight: 2, onlink: false },
              { via: "10.1.0.2", weight: 1, onlink: false },
            ],
          },
          ...{ outputs: {}, mark, incompatible: undefined, hasRival: false },
        },
      ],
      [
        "an IPv6 default that lost its gateway",
        checked({ destination: "default", via: "fd01::2" }),
        `[{"type":"1","dst":"default","dev":"v0","protocol":"110","metric":1024,"flags":[]}]`,
        {
          args: { type: "unicast", via: undefined, onlink: false, ...none, destination: "::/0" },
          ...{ outputs: {}, mark, incompatible: undefined, hasRival: false },
        },
      ],
      [
        "an IPv4 default by an IPv6 gateway instead",
        checked({ destination: "default", via: "10.1.0.2" }),
        `[{"type":"1","dst":"default","via":{"family":"inet6","host":"fd01::2"},"dev":"v0","protocol":"110","flags":[]}]`,
        {
          args: { type: "unicast", via: "fd01::2", onlink: false, ...none, destination: "0.0.0.0/0" },
          ...{ outputs: {}, mark, incompatible: undefined, hasRival: false },
        },
      ],
    ];
    for (const [title, args, answer, observed] of rows) {
      it(title, () => {
        const { restorable: _, ...found } = route.parse([answer], args) ?? { args: undefined };
        expect(found).to.deep.equal(observed ?? { args: undefined });
      });
    }

    it("distinguishes it from others of its destination by its type and ways when it deletes it", () => {
      const answer = `[{"type":"1","dst":"10.9.0.0/16","protocol":"110","flags":[],"nexthops":[
                        {"via":{"family":"inet6","host":"fd01::2"},"dev":"v0","weight":2,"flags":["dead"]},
                        {"gateway":"10.1.0.2","dev":"v1","weight":1,"flags":[]}]}]`;
      const asked = checked({ destination: "10.9.0.0/16", via: "10.1.0.2" });
      const observed = route.parse([answer], asked);
      if (!observed) throw new Error("it is there");
      expect(route.remove(observed, asked)).to.deep.equal([
        typed(
          undefined,
          "route del unicast 10.9.0.0/16 table main metric 0 proto 110 " +
            "nexthop via inet6 fd01::2 dev v0 weight 2 nexthop via 10.1.0.2 dev v1 weight 1",
        ),
      ]);
    });

    it("includes its link, even if the kernel chose it, as an adopter has to restore it", () => {
      expect(route.parse([`[${foreign}]`], args)?.restorable).to.deep.equal({
        ...{ ...asIs, via: "10.2.0.2" },
        interface: "v1",
      });
    });

    for (const [title, answer, incompatible] of [
      [
        "of a type that no argument can express",
        foreign.replace('"type":"1"', '"type":"9"'),
        "is of a type that no Route has",
      ],
      [
        "with settings that no argument can express",
        foreign.replace('"flags"', '"metrics":[{"mtu":1400,"advmss":1360}],"flags"'),
        "has settings that no Route has: advmss",
      ],
    ] as const) {
      it(`never takes it over when it is ${title}`, () => {
        expect(route.parse([`[${answer}]`], args)?.incompatible).to.equal(incompatible);
      });
    }

    it("restores the protocol number of its creator", () => {
      const observed = route.parse([`[${ours}]`], args);
      if (!observed) throw new Error("the route was not found");
      expect(route.update(observed, { ...args, mark: "proto 3" })).to.deep.equal([
        typed("blue", "route replace 10.9.0.0/24 table main metric 0 proto 3 via 10.1.0.2"),
      ]);
    });

    it("refuses a change beside another's route, which the kernel might take instead", () => {
      const args = checked({ namespace: "blue", destination: "10.9.0.0/24", via: "10.1.0.3" });
      const observed = route.parse([`[${foreign},${ours}]`], args);
      if (!observed) throw new Error("the route was not found");
      expect(() => route.update(observed, args)).to.throw(
        RefusedError,
        "blue/10.9.0.0/24 has another route with the same metric beside it: remove that one by hand first",
      );
    });

    it("needs no command if it equals the arguments, and one if its ways have another order", () => {
      const weight = fc.integer({ min: 1, max: 256 });
      const link = fc.constantFrom("eth0", "eth1");
      const common = {
        metric: fc.integer({ min: 1, max: 0xffff_ffff }),
        table: fc.integer({ min: 1, max: 0xffff_ffff }),
        mtu: fc.integer({ min: 1280, max: 65520 }),
      };
      const family = (destination: string, network: string) => {
        const via = fc.nat(200).map((host) => `${network}${host + 1}`);
        const way = { via, interface: link, onlink: fc.boolean() };
        const ways = fc.uniqueArray(fc.record({ ...way, weight }), {
          minLength: 2,
          selector: (one) => one.via,
        });
        return fc.oneof(
          fc.record({ ...common, ...way, source: via, destination: fc.constant(destination) }),
          fc.record({ ...common, nexthops: ways, destination: fc.constant(destination) }),
          fc.record({ via, destination: fc.constant(destination) }),
        );
      };
      const routes = fc.oneof(family("10.0.0.0/8", "10.1.0."), family("fd07::/48", "fd01::"));
      fc.assert(
        fc.property(routes, fc.nat(), (given, turn) => {
          const args = checked(given);
          const nexthops = list(args["nexthops"]);
          const at = nexthops.length > 0 ? turn % nexthops.length : 0;
          const turned = [...nexthops.slice(at), ...nexthops.slice(0, at)];
          const text = answer({ ...args, ...(nexthops.length > 0 && { nexthops: turned }) });
          const observed = route.parse([text], args);
          expect(observed && route.update(observed, args)).to.have.length(at === 0 ? 0 : 1);
        }),
      );
    });
  });
});
