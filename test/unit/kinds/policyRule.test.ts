import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { diff } from "../../../provider/engine/lifecycle";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { policyRule } from "../../../provider/kinds/policyRule";
import { byResource } from "../../../provider/linux/marks/owner";
import { isWait } from "../../../provider/linux/plan";
import {
  asObserved,
  checked,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
} from "../../support/args";
import { HERE } from "../../support/fakeHost";
import { commandsIn } from "../../support/plan";

const definition: Definition = policyRule;
const given = { priority: 100, from: "10.0.0.0/8", table: 7 };
const state = checked(definition, given, "it");
const every = {
  ...{ priority: 100, namespace: "red", from: "10.0.0.0/8", to: "10.9.0.0/16", iif: "v0", oif: "v1" },
  ...{
    fwmark: "0x10/0xff",
    ipproto: "tcp",
    sport: "10-20",
    dport: 80,
    uidrange: "0-5",
    tos: 16,
    invert: true,
  },
  ...{ table: "main", suppressPrefixlength: 0 },
};
const everySeen =
  '{"priority":100,"not":null,"src":"10.0.0.0","srclen":8,"dst":"10.9.0.0","dstlen":16,"tos":"0x10","fwmark":"0x10","fwmask":"0xff","iif":"v0","oif":"v1","uid_start":0,"uid_end":5,"ipproto":"ipproto-6","sport_start":10,"sport_end":20,"dport":80,"table":"254","suppress_prefixlen":0,"protocol":"110"}';

/** The observation if the kernel has exactly the one requested rule. */
const seenOnce = (args: Args) => ({ ...asObserved(args), count: 1 });

describe("PolicyRule", () => {
  describe("check", () => {
    it("fills in defaults, and normalizes all values", () => {
      expect(
        checked(
          definition,
          {
            priority: 7,
            from: "FD00::/8",
            fwmark: 16,
            uidrange: "7-7",
            dport: "80-80",
            ipproto: "udp",
            table: 254,
          },
          "it",
        ),
      ).to.deep.equal({
        ...{ priority: 7, family: "ipv6", from: "fd00::/8", fwmark: "0x10", uidrange: 7, dport: 80 },
        ...{
          ipproto: "udp",
          table: "main",
          action: "lookup",
          invert: false,
          mark: markFor("PolicyRule", "it"),
        },
      });
    });

    it("derives the family from the addresses, once they are known", () => {
      const family = (more: object) => checked(definition, { priority: 7, table: 7, ...more })["family"];
      expect([
        family({}),
        family({ to: "fd00::/8" }),
        family({ from: "10.0.0.0/8" }),
        family({ from: UNKNOWN }),
        family({ from: UNKNOWN, to: "fd00::/8" }),
        family({ family: "ipv6" }),
      ]).to.deep.equal(["ipv4", "ipv6", "ipv4", UNKNOWN, "ipv6", "ipv6"]);
    });

    const looksUpNothing = (action: string) =>
      `has no meaning for a rule of action ${action}, which looks up nothing: leave it out`;
    itRefuses(definition, given, [
      [{ priority: undefined }, "priority: is required"],
      [{ priority: 0 }, "priority: is 0, not a whole number from 1 to 4294967295"],
      [{ namespace: "-red" }, "namespace: may not start with `-`: tools would read it as an option"],
      [{ family: "inet" }, 'family: is "inet", not one of ipv4, ipv6'],
      [
        { family: "ipv6" },
        "from: is 10.0.0.0/8, but the family of the rule is ipv6: create one rule for each family",
      ],
      [
        { to: "fd00::/8" },
        "to: is fd00::/8, but the family of the rule is ipv4: create one rule for each family",
      ],
      [{ from: "0.0.0.0/0" }, 'from: is "0.0.0.0/0", which is every address: leave it out'],
      [
        { ipproto: "icmpv6" },
        "ipproto: is icmpv6, which does not belong to ipv4: write icmp, or set `family` to ipv6",
      ],
      [
        { ipproto: "icmp", dport: 80 },
        "dport: has a port, but icmp has no ports: set `ipproto` to tcp, udp or sctp, or leave it out",
      ],
      [{ sport: [80, 81] }, "sport: is neither a port nor a range: create one rule for each port"],
      [
        { from: undefined, invert: true },
        "invert: is true, but no field selects packets to exclude, so the rule matches none: set one of `from`, `to`, `tos`, `iif`, `oif`, `fwmark`, `ipproto`, `sport`, `dport`, `uidrange`",
      ],
      [{ action: "goto" }, 'action: is "goto", not one of lookup, blackhole, unreachable, prohibit'],
      [{ table: undefined }, "table: is required: the routing table to look up, or another `action`"],
      [{ action: "prohibit" }, `table: ${looksUpNothing("prohibit")}`],
      [
        { action: "blackhole", table: undefined, suppressPrefixlength: 0 },
        `suppressPrefixlength: ${looksUpNothing("blackhole")}`,
      ],
      [{ tos: 32 }, "tos: is 32, but for IPv4 the kernel compares only the bits of RFC 1349: write 4 to 28"],
      [{ suppressPrefixlength: 33 }, "suppressPrefixlength: is 33, but IPv4 prefixes have at most 32 bits"],
    ]);
  });

  describe("diff", () => {
    const rows = [
      ["priority", 101, "replace"],
      ["namespace", "blue", "replace"],
      ["from", "10.0.0.0/9", "update"],
      ["to", "10.9.0.0/17", "update"],
      ["iif", "v9", "update"],
      ["oif", "v9", "update"],
      ["fwmark", "0x11", "update"],
      ["ipproto", "udp", "update"],
      ["sport", 1, "update"],
      ["dport", 1, "update"],
      ["uidrange", 1, "update"],
      ["tos", 32, "update"],
      ["invert", false, "update"],
      ["action", "prohibit", "update"],
      ["table", 9, "update"],
      ["suppressPrefixlength", 1, "update"],
    ] as const;
    const { family: _, ...onChange } = definition.onChange;
    itDiffers({ ...definition, onChange }, checked(definition, every, "it"), rows);

    it("replaces for another family, but not for one that is not known yet", () => {
      const replaces = (family: string) => diff(definition, HERE, state, { ...state, family }).replaces;
      expect([replaces("ipv6"), replaces(UNKNOWN)]).to.deep.equal([["family"], []]);
    });
  });

  it("is identified by its namespace, its family and its priority", () => {
    const other = { ...state, namespace: "red", family: "ipv6" };
    expect([definition.id(state), definition.id(other)]).to.deep.equal([
      "ipv4 rule 100",
      "red/ipv6 rule 100",
    ]);
    expect([definition.objectNames(state), definition.objectNames(other)]).to.deep.equal([
      ["rule ipv4 100"],
      ["rule ipv6 100 in red"],
    ]);
    expect(definition.needs?.(other)).to.deep.equal(["namespace red"]);
  });

  describe("commands", () => {
    it("reads the rules of its priority", () => {
      expect(printed(definition.probe({ ...state, namespace: "red" }))).to.deep.equal([
        "ip -n red -4 -N -j -d rule show pref 100",
      ]);
    });

    const add = (words: string) => `ip -4 rule add pref 100 proto 110 ${words}`;
    itCreates(
      definition,
      [
        [given, add("from 10.0.0.0/8 lookup 7")],
        [
          every,
          "ip -n red -4 rule add pref 100 proto 110 not from 10.0.0.0/8 to 10.9.0.0/16 iif v0 oif v1 fwmark 0x10/0xff " +
            "ipproto 6 sport 10-20 dport 80 uidrange 0-5 tos 0x10 lookup main suppress_prefixlength 0",
        ],
        [
          { priority: 100, fwmark: 0, uidrange: 7, table: 7 },
          add("fwmark 0x0/0xffffffff uidrange 7-7 lookup 7"),
        ],
        [{ priority: 100, action: "prohibit" }, add("prohibit")],
        [
          { priority: 100, to: "fd00::1", ipproto: "icmpv6", action: "unreachable" },
          "ip -6 rule add pref 100 proto 110 to fd00::1/128 ipproto 58 unreachable",
        ],
      ],
      seenOnce,
    );

    const del = "ip -4 rule del pref 100 proto 110";
    const become = (words: string) => [add(words), del] as const;
    itUpdates(
      definition,
      state,
      [
        ["from", "10.0.0.0/9", ...become("from 10.0.0.0/9 lookup 7")],
        ["to", "10.9.0.0/16", ...become("from 10.0.0.0/8 to 10.9.0.0/16 lookup 7")],
        ["iif", "v0", ...become("from 10.0.0.0/8 iif v0 lookup 7")],
        ["oif", "v0", ...become("from 10.0.0.0/8 oif v0 lookup 7")],
        ["fwmark", "0x1", ...become("from 10.0.0.0/8 fwmark 0x1 lookup 7")],
        ["ipproto", "udp", ...become("from 10.0.0.0/8 ipproto 17 lookup 7")],
        ["sport", 53, ...become("from 10.0.0.0/8 sport 53 lookup 7")],
        ["dport", "53-54", ...become("from 10.0.0.0/8 dport 53-54 lookup 7")],
        ["uidrange", "1-2", ...become("from 10.0.0.0/8 uidrange 1-2 lookup 7")],
        ["tos", 8, ...become("from 10.0.0.0/8 tos 0x8 lookup 7")],
        // The kernel would take it for the old one.
        ["invert", true, del, add("not from 10.0.0.0/8 lookup 7")],
        ["action", "blackhole", ...become("from 10.0.0.0/8 blackhole")],
        ["table", "main", ...become("from 10.0.0.0/8 lookup main")],
        ["from", undefined, del, add("lookup 7")],
        ["suppressPrefixlength", 0, del, add("from 10.0.0.0/8 lookup 7 suppress_prefixlength 0")],
        // An address is not known yet.
        ["family", UNKNOWN],
        ["mark", "another"],
      ],
      seenOnce,
    );

    it("cleans up after a crash in the middle of a change", () => {
      const two = { ...asObserved({ ...state, table: 8 }), count: 2 };
      expect(printed(definition.update(two, state))).to.deep.equal([
        del,
        del,
        add("from 10.0.0.0/8 lookup 7"),
      ]);
      const plan = definition.remove(two, state);
      expect("next" in plan ? [] : printed(plan)).to.deep.equal([del, del]);
    });
  });

  describe("warns if strict rp_filter is in the way", () => {
    const told = (args: Args, answer: string) => {
      const plan = definition.warnings?.(args, HERE);
      const first = plan?.next([]);
      if (!plan || !first || first.done || isWait(first.value)) return first?.value;
      return { asked: printed(commandsIn(first.value)), said: plan.next([answer]).value };
    };
    const all = "net.ipv4.conf.all.rp_filter";

    it("and does not if it is loose, off, or of the other family", () => {
      const strict = told({ ...state, namespace: "red" }, `${all} = 1`);
      expect(strict).to.deep.equal({
        asked: ["ip netns exec red sysctl --ignore net/ipv4/conf/all/rp_filter"],
        said: [
          "rp_filter is strict (1) in red: replies that arrive on another link than the one of this rule are dropped. If that happens, set net.ipv4.conf.all.rp_filter to 2 with a Sysctl",
        ],
      });
      expect(told(state, `${all} = 2`)).to.deep.include({ said: [] });
      expect(told(state, `${all} = 0`)).to.deep.include({ said: [] });
      expect(told({ ...state, iif: "v0" }, `${all} = 1\nnet.ipv4.conf.v0.rp_filter = 2`)).to.deep.include({
        said: [],
      });
      expect(told({ ...state, family: "ipv6" }, "")).to.deep.equal([]);
    });
  });

  describe("parse", () => {
    const answer = (...rules: string[]) => [`[${rules.join(",")}]`];
    const rule = (table: number, protocol = 110) =>
      `{"priority":100,"src":"10.0.0.0","srclen":8,"table":"${table}","protocol":"${protocol}"}`;

    it("reads every field in the words of the arguments", () => {
      const args = checked(definition, every, "it");
      const { priority: _, namespace: _2, family: _3, mark, ...said } = args;
      const observed = definition.parse(answer(everySeen), args);
      expect([observed?.args, observed?.owner]).to.deep.equal([said, byResource(String(mark))]);
    });

    it("skips other priorities, and foreign rules beside its own", () => {
      const other = rule(9).replace("100", "101");
      expect(definition.parse(answer(other), state)).to.equal(undefined);
      expect(definition.parse(answer(rule(8, 3), other, rule(7)), state)).to.deep.include({
        owner: byResource(String(state["mark"])),
        count: 1,
      });
    });

    it("names the owner of another one", () => {
      expect(definition.parse(answer(rule(7, 3)), state)).to.deep.include({
        owner: { by: "program", protocol: 3 },
        count: 0,
      });
    });

    it("reports a surplus rule, whichever of the two equals the arguments", () => {
      for (const both of [answer(rule(7), rule(8)), answer(rule(8), rule(7))]) {
        expect(definition.parse(both, state)?.args["action"]).to.equal("lookup (and another rule)");
      }
    });

    it("reports what no argument can express", () => {
      const action = (text: string) => definition.parse(answer(text), state)?.args["action"];
      expect([
        action('{"priority":100,"src":"all","goto":200,"protocol":"110"}'),
        action(rule(7).replace('"table"', '"suppress_ifgroup":"5","table"')),
      ]).to.deep.equal(["none (and goto)", "lookup (and suppress_ifgroup)"]);
    });

    it("has nothing if there is no rule or no namespace", () => {
      expect([definition.parse(["[]"], state), definition.parse([undefined], state)]).to.deep.equal([
        undefined,
        undefined,
      ]);
    });
  });
});
