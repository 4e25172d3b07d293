import { expect } from "chai";
import fc from "fast-check";
import type { Args, Definition } from "../../../provider/definition";
import { parseIp } from "../../../provider/fields/common";
import { rangeOf } from "../../../provider/fields/natTarget";
import { runRemoval } from "../../../provider/observe";
import { natRule } from "../../../provider/resources/natRule";
import { UNKNOWN } from "../../../provider/unknown";
import { asSeen, checked, golden, itDiffers, itRefuses, markFor, printed } from "../../support/args";
import { absent, FakeHost, inTurn, type Scripted } from "../../support/fakeHost";

const definition: Definition = natRule;
const TABLE = "pulumi-netns/project/stack";
const web = { kind: "dnat", protocol: "tcp", port: 80, to: "192.168.15.2:80" };
const state = checked(definition, web, "it");
const handmade = "pulumi-netns:NatRule:0123456789ab:project/stack/other";

/** What `nft -j list table` prints once `commands` have run, handles in the order of the rules. */
function listingAfter(args: Args): string {
  const [command] = definition.create(args);
  const { nftables } = JSON.parse(command?.input ?? "");
  let handle = 0;
  return JSON.stringify({
    nftables: nftables.map(({ add }: { add: { rule?: object } }) =>
      add.rule ? { rule: { ...add.rule, handle: ++handle } } : add,
    ),
  });
}

/** What `iptables -t nat -S` prints once `commands` have run. */
const savedAfter = (args: Args): string =>
  definition
    .create(args)
    .map((command) => command.args.slice(command.args.indexOf("nat") + 1).join(" "))
    .join("\n");

const answerAfter = (args: Args): string =>
  args["backend"] === "iptables" ? savedAfter(args) : listingAfter(args);

/** What arguments say of packets: all but where the rule is kept. */
function said({ mark, backend, family, namespace, ...fields }: Args = {}): Args {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const IPTABLES = `-P PREROUTING ACCEPT
-P INPUT ACCEPT
-P OUTPUT ACCEPT
-P POSTROUTING ACCEPT
-A PREROUTING ! -d 127.0.0.0/8 -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 8080 -m comment --comment "pulumi-netns:NatRule:be803af3ebd6:project/stack/web" -j DNAT --to-destination 192.168.15.2:80
-A PREROUTING -d 192.168.1.20/32 ! -i eth0 -m comment --comment "pulumi-netns:NatRule:2c5e351ca106:project/stack/blue" -j DNAT --to-destination 192.168.15.2-192.168.15.9
-A PREROUTING -p udp -m udp --sport 1024:65535 -m multiport --dports 53,5353 -m comment --comment "pulumi-netns:NatRule:13447c5aa6d4:project/stack/dns" -j REDIRECT --to-ports 8053
-A PREROUTING -d 192.168.1.21/32 -i eth0 -p icmp -m comment --comment "pulumi-netns:NatRule:e124bde2b77e:project/stack/ping" -j DNAT --to-destination 192.168.15.3
-A OUTPUT ! -d 127.0.0.0/8 -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 8080 -m comment --comment "pulumi-netns:NatRule:be803af3ebd6:project/stack/web" -j DNAT --to-destination 192.168.15.2:80
-A POSTROUTING -s 192.168.15.0/24 ! -d 192.168.15.0/24 -m comment --comment "pulumi-netns:NatRule:b93b4e22f253:project/stack/out" -j MASQUERADE
-A POSTROUTING -s 192.168.15.7/32 -o eth+ -p udp -m comment --comment "pulumi-netns:NatRule:81148f8ab826:project/stack/fixed" -j SNAT --to-source 10.0.0.0-10.0.0.255:1024-2047
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE`;

describe("NatRule", () => {
  describe("check", () => {
    itRefuses(definition, web, [
      [{ kind: undefined }, "kind: is required: one of masquerade, snat, dnat, redirect"],
      [{ kind: "nat" }, 'kind: is "nat", not one of masquerade, snat, dnat, redirect'],
      [{ to: undefined }, "to: is required for dnat: what to put in, such as 192.168.15.2:80"],
      [
        { to: "80" },
        "to: is 80, but dnat needs an address, such as 192.168.15.2:80; for another port of the host itself use kind `redirect`",
      ],
      [
        { to: "10.0.0.9-10.0.0.1" },
        'to: is "10.0.0.9-10.0.0.1", which runs backwards: did you mean "10.0.0.1-10.0.0.9"?',
      ],
      [
        { to: "10.0.0.1/24" },
        'to: is "10.0.0.1/24", which has a prefix length: write one address, or a range such as 192.168.15.2-192.168.15.9',
      ],
      [{ port: 0 }, 'port: is 0, not a port from 1 to 65535 or a range such as "8000-8010"'],
      [{ port: "90-80" }, 'port: is "90-80", which runs backwards: did you mean "80-90"?'],
      [
        { protocol: "icmp", to: "10.0.0.1" },
        "port: has a port, but icmp has no ports: set `protocol` to tcp, udp or sctp",
      ],
      [{ protocol: "xyz" }, 'protocol: is "xyz", not one of tcp, udp, sctp, icmp, icmpv6, esp, ah'],
      [
        { source: "10.0.0.1/24" },
        'source: is "10.0.0.1/24", which has bits beyond its prefix: did you mean 10.0.0.0/24, or 10.0.0.1/32?',
      ],
      [
        { destination: "fd00::1" },
        "to: is 192.168.15.2:80, but the rule is of ipv6: a rule is of one family, so make one for each",
      ],
      [
        { outInterface: "eth0" },
        "outInterface: has no meaning for dnat, which is done before the way out is known: use `inInterface`, or `destination` for where they go",
      ],
      [{ backend: "nft" }, 'backend: is "nft", not one of nftables, iptables'],
      [{ family: "inet" }, 'family: is "inet", not one of ipv4, ipv6'],
      [
        { kind: "masquerade", port: undefined },
        "to: is 192.168.15.2:80, but masquerade takes the address of the interface: leave it out, or use kind `snat` for an address of your choice",
      ],
      [
        { kind: "snat", inInterface: "eth0", to: "10.0.0.1" },
        "inInterface: has no meaning for snat, which is done as packets leave: use `outInterface`, or `source` for where they come from",
      ],
      [
        { kind: "redirect" },
        "to: is 192.168.15.2:80, but redirect leads to a port of the host itself, such as 8080: for an address use kind `dnat`",
      ],
      [
        { protocol: undefined, port: undefined, to: "10.0.0.1" },
        "destination: is required when nothing else narrows the rule, as it would take every packet to this host: give the address that stands for `to`, or a `protocol` and `port`",
      ],
      [
        { protocol: undefined },
        "port: has a port, but no `protocol` is given: set `protocol` to tcp, udp or sctp",
        "to: has a port, but no `protocol` is given: set `protocol` to tcp, udp or sctp",
      ],
      [
        { protocol: "icmpv6", port: undefined, to: "10.0.0.1" },
        "protocol: is icmpv6, which is not of ipv4: write icmp here, or family ipv6",
      ],
      [
        { to: ":8080" },
        'to: is ":8080", not an address, range or port such as 192.168.15.2:80, [fd00::2]:80, 192.168.15.2-192.168.15.9 or 8080',
      ],
      [{ destination: "!0.0.0.0/0" }, 'destination: is "!0.0.0.0/0", which no address matches: leave it out'],
      [{ inInterface: "*" }, 'inInterface: is "*", which says nothing: leave it out'],
      [{ inInterface: "!veth+" }, 'inInterface: is "!veth+": write the wildcard as "!veth*"'],
      [{ inInterface: "v*th" }, 'inInterface: is "v*th": `*` may stand at the end only'],
      [{ inInterface: "@eth0" }, 'inInterface: is "@eth0", which nftables takes for the name of a set'],
      [{ port: [] }, "port: is an empty list: leave it out"],
      [{ port: ["80-90", 99] }, 'port: has "80-90", not a port from 1 to 65535: a list takes single ports'],
      [
        { backend: "iptables", port: Array.from({ length: 16 }, (_, at) => 80 + at) },
        "port: has more than 15 ports, the most that iptables takes: make two rules, or use backend `nftables`",
      ],
    ]);

    const forms: readonly (readonly [field: string, given: unknown, kept: unknown])[] = [
      ["to", "2001:db8::2", "2001:db8::2"],
      ["to", "[2001:db8:0::2]:80", "[2001:db8::2]:80"],
      ["to", "[fd00::2]-[fd00::9]:80-90", "[fd00::2-fd00::9]:80-90"],
      ["to", "fd00::2-fd00::2", "fd00::2"],
      ["to", "192.168.15.2:80-80", "192.168.15.2:80"],
      ["source", "192.168.15.2", "192.168.15.2/32"],
      ["source", "! FD00:0::/64", "!fd00::/64"],
      ["port", "80", 80],
      ["port", "80-80", 80],
      ["port", [443, "80", 80], [80, 443]],
      ["port", [80], 80],
    ];
    for (const [field, given, kept] of forms) {
      it(`keeps ${field} ${JSON.stringify(given)} as ${JSON.stringify(kept)}`, () => {
        const isTarget = field === "to";
        const rest = isTarget
          ? { ...web, to: given }
          : { kind: "masquerade", protocol: "tcp", [field]: given };
        expect(checked(definition, rest)[field]).to.deep.equal(kept);
      });
    }

    it("leaves packets within the source network alone", () => {
      const { destination } = checked(definition, { kind: "masquerade", source: "10.0.0.0/8" });
      expect(destination).to.equal("!10.0.0.0/8");
    });

    it("knows the family by the addresses", () => {
      expect(checked(definition, { kind: "masquerade", source: "fd00::/64" })["family"]).to.equal("ipv6");
      expect(checked(definition, { kind: "masquerade" })["family"]).to.equal("ipv4");
    });
  });

  describe("diff", () => {
    itDiffers(definition, { ...state, source: "10.0.0.0/8" }, [
      ["kind", "snat", "replace"],
      ["namespace", "red", "replace"],
      ["backend", "iptables", "replace"],
      ["family", UNKNOWN, "update"],
      ["family", "ipv6", "replace"],
      ["source", "10.1.0.0/16", "update"],
      ["destination", "10.2.0.0/16", "update"],
      ["inInterface", "eth0", "update"],
      ["outInterface", "eth0", "update"],
      ["protocol", "udp", "update"],
      ["port", 81, "update"],
      ["sourcePort", 1024, "update"],
      ["to", "10.0.0.3", "update"],
    ]);
  });

  it("is known by its mark, and claims nothing", () => {
    expect(definition.id({ ...state, namespace: "red" })).to.match(
      /^red\/dnat project\/stack\/it [0-9a-f]{12}$/,
    );
    expect(definition.claims(state)).to.deep.equal([]);
  });

  describe("commands", () => {
    const rule = (chain: string, mark: unknown, ...expr: object[]) => ({
      add: { rule: { family: "ip", table: TABLE, chain, comment: mark, expr } },
    });
    const chain = (name: string, prio: number) => ({
      add: { chain: { family: "ip", table: TABLE, name, type: "nat", hook: name, prio, policy: "accept" } },
    });
    const toHost = [
      {
        match: {
          op: "!=",
          left: { payload: { protocol: "ip", field: "daddr" } },
          right: { prefix: { addr: "127.0.0.0", len: 8 } },
        },
      },
      { match: { op: "==", left: { fib: { result: "type", flags: ["daddr"] } }, right: "local" } },
    ];
    const port = { match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: 80 } };
    const dnat = { dnat: { addr: "192.168.15.2", port: 80 } };

    it("forwards a port of the host's own addresses, from outside and from the host, in one transaction", () => {
      const [command, ...more] = definition.create(state);
      expect(more).to.deep.equal([]);
      expect(command?.args).to.deep.equal(["-j", "-f", "-"]);
      expect(JSON.parse(command?.input ?? "")).to.deep.equal({
        nftables: [
          { add: { table: { family: "ip", name: TABLE } } },
          chain("prerouting", -100),
          chain("output", -100),
          rule("prerouting", state["mark"], ...toHost, port, dnat),
          rule("output", state["mark"], ...toHost, port, dnat),
        ],
      });
    });

    const iptables: readonly (readonly [given: Args, ...commands: string[]])[] = [
      [
        { kind: "masquerade", source: "192.168.15.0/24", backend: "iptables" },
        'iptables -w 5 -t nat -A POSTROUTING -s 192.168.15.0/24 "!" -d 192.168.15.0/24 -m comment --comment MARK -j MASQUERADE',
      ],
      [
        {
          kind: "snat",
          source: "10.0.0.2",
          outInterface: "eth*",
          to: "192.0.2.1",
          backend: "iptables",
          namespace: "red",
        },
        "ip netns exec red iptables -w 5 -t nat -A POSTROUTING -s 10.0.0.2/32 -o eth+ -m comment --comment MARK -j SNAT --to-source 192.0.2.1",
      ],
      [
        { kind: "redirect", protocol: "udp", port: [53, 5353], to: 8053, backend: "iptables" },
        "iptables -w 5 -t nat -A PREROUTING -p udp -m multiport --dports 53,5353 -m comment --comment MARK -j REDIRECT --to-ports 8053",
      ],
      [
        { kind: "dnat", destination: "fd00::9", to: "fd00::2", inInterface: "!eth0", backend: "iptables" },
        'ip6tables -w 5 -t nat -A PREROUTING -d fd00::9/128 "!" -i eth0 -m comment --comment MARK -j DNAT --to-destination fd00::2',
      ],
    ];
    for (const [given, ...commands] of iptables) {
      it(`creates ${JSON.stringify(given)}`, () => {
        const args = checked(definition, given, "it");
        const made = printed(definition.create(args)).map((text) =>
          text.replaceAll(String(args["mark"]), "MARK"),
        );
        expect(made).to.deep.equal(commands);
      });
    }

    const object = (table = TABLE) => ({ family: "ip", table });
    const table = (name = TABLE) => ({ table: { family: "ip", name } });
    const masquerade = { masquerade: null };

    /** The transaction that brings what `was` made to `now`; with `others` in the table besides. */
    function transaction(was: Args, now: Args, ...others: object[]): object[] {
      const { nftables } = JSON.parse(listingAfter(was));
      const seen = definition.parse([JSON.stringify({ nftables: [...nftables, ...others] })], was);
      const [command, ...more] = definition.update(seen ?? asSeen(was), now);
      expect(more).to.deep.equal([]);
      expect(command).to.include({ tool: "nft" });
      expect(command?.args).to.deep.equal(["-j", "-f", "-"]);
      return JSON.parse(command?.input ?? "").nftables;
    }

    it("replaces its rules in their places, in one transaction", () => {
      const replace = (name: string, handle: number) => ({
        replace: {
          rule: {
            ...{ ...object(), chain: name, comment: state["mark"] },
            ...{ expr: [...toHost, port, { dnat: { addr: "192.168.15.3" } }], handle },
          },
        },
      });
      expect(transaction(state, { ...state, to: "192.168.15.3" })).to.deep.equal([
        { add: table() },
        chain("prerouting", -100),
        chain("output", -100),
        replace("prerouting", 1),
        replace("output", 2),
      ]);
    });

    it("deletes the rule that is not needed any more, and its chain", () => {
      const eth0 = { match: { op: "==", left: { meta: { key: "iifname" } }, right: "eth0" } };
      expect(transaction(state, { ...state, inInterface: "eth0" })).to.deep.equal([
        { add: table() },
        chain("prerouting", -100),
        {
          replace: {
            rule: {
              ...{ ...object(), chain: "prerouting", comment: state["mark"] },
              ...{ expr: [eth0, ...toHost, port, dnat], handle: 1 },
            },
          },
        },
        { delete: { rule: { ...object(), chain: "output", handle: 2 } } },
        { delete: { chain: { ...object(), name: "output" } } },
      ]);
    });

    it("moves to the table of a stack with a new name", () => {
      const args = checked(definition, { kind: "masquerade" }, "it");
      const mark = String(args["mark"]).replace("/stack/", "/new+name/");
      const into = object("pulumi-netns/project/new_name");
      const { nftables } = JSON.parse(listingAfter(args));
      const listing = JSON.stringify({ nftables });
      const seen = definition.parse([listing], args);
      const [command] = definition.update(seen ?? asSeen(args), { ...args, mark });
      const base = { type: "nat", hook: "postrouting", prio: 100, policy: "accept" };
      expect(JSON.parse(command?.input ?? "").nftables).to.deep.equal([
        { add: table("pulumi-netns/project/new_name") },
        { add: { chain: { ...into, name: "postrouting", ...base } } },
        { add: { rule: { ...into, chain: "postrouting", comment: mark, expr: [masquerade] } } },
        { delete: { rule: { ...object(), chain: "postrouting", handle: 1 } } },
        { delete: { chain: { ...object(), name: "postrouting" } } },
        { delete: table() },
      ]);
    });

    it("adds with iptables before it deletes, by the words of the listing", () => {
      const args = checked(definition, { ...web, inInterface: "eth0", backend: "iptables" }, "it");
      const { mark } = args;
      const listed = `-A PREROUTING -i eth0 -p tcp -m tcp --dport 81 -m comment --comment "${mark}" -j DNAT --to-destination 192.168.15.2:80`;
      const seen = definition.parse([listed], args);
      const words = (verb: string, port: number) =>
        `iptables -w 5 -t nat -${verb} PREROUTING -i eth0 -p tcp -m tcp --dport ${port} -m comment --comment ${mark} -j DNAT --to-destination 192.168.15.2:80`;
      const toHostWords = words("A", 80).replace("PREROUTING", 'PREROUTING "!" -d 127.0.0.0/8');
      expect(printed(definition.update(seen ?? asSeen(args), args))).to.deep.equal([
        toHostWords.replace("-p tcp", "-p tcp -m addrtype --dst-type LOCAL"),
        words("D", 81),
      ]);
    });

    describe("of removal", () => {
      const theirs = { rule: { chain: "output", handle: 9, comment: "theirs", expr: [{ accept: null }] } };

      /** What is run, besides looks, to remove what `args` made, with these answers to the looks and changes. */
      async function removal(args: Args, looks: readonly [Scripted, ...Scripted[]], change: Scripted = "") {
        const looking = args["backend"] === "iptables" ? "iptables -w 5 -t nat -S" : "nft -j list";
        const inputs: unknown[] = [];
        const host = new FakeHost({ [looking]: inTurn(...looks), nft: change, iptables: change });
        const run = host.run.bind(host);
        host.run = (command) => {
          if (command.input !== undefined) inputs.push(...JSON.parse(command.input).nftables);
          return run(command);
        };
        await runRemoval(host, definition.remove(asSeen(args), args, {}));
        return { ran: host.ran.filter((text) => !text.startsWith(looking)), inputs };
      }

      const own = [
        { delete: { rule: { ...object(), chain: "prerouting", handle: 1 } } },
        { delete: { rule: { ...object(), chain: "output", handle: 2 } } },
      ];
      const chains = ["prerouting", "output"].map((name) => ({ delete: { chain: { ...object(), name } } }));

      it("takes the chains and the table along that it was alone in", async () => {
        expect((await removal(state, [listingAfter(state)])).inputs).to.deep.equal([
          ...own,
          ...chains,
          { delete: table() },
        ]);
      });

      it("leaves a chain and the table where somebody else has a rule", async () => {
        const { nftables } = JSON.parse(listingAfter(state));
        const listing = JSON.stringify({ nftables: [...nftables, theirs] });
        expect((await removal(state, [listing])).inputs).to.deep.equal([...own, chains[0]]);
      });

      it("leaves the table where it has a set, or a chain of another name", async () => {
        const { nftables } = JSON.parse(listingAfter(state));
        for (const other of [{ set: { name: "s" } }, { chain: { name: "c" } }]) {
          const listing = JSON.stringify({ nftables: [...nftables, other] });
          expect((await removal(state, [listing])).inputs).to.deep.equal([...own, ...chains]);
        }
      });

      it("looks again where a rule went in between, and gives up in the end", async () => {
        const there = listingAfter(state);
        expect((await removal(state, [there, absent], absent)).ran).to.have.length(1);
        const gaveUp = await removal(state, [there], absent).catch((error: unknown) => String(error));
        expect(gaveUp).to.match(
          /^Error: dnat project\/stack\/it .* still there after 3 attempts to delete them$/,
        );
      });

      it("deletes with iptables what is listed with its mark, and nothing else", async () => {
        const args = checked(definition, { kind: "masquerade", backend: "iptables" }, "it");
        const listed = [
          "-P POSTROUTING ACCEPT",
          "-A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE",
          `-A POSTROUTING -m comment --comment "${args["mark"]}" -j MASQUERADE --random`,
          `-A POSTROUTING -m comment --comment "${handmade}" -j MASQUERADE`,
        ].join("\n");
        expect((await removal(args, [listed])).ran).to.deep.equal([
          `iptables -w 5 -t nat -D POSTROUTING -m comment --comment ${args["mark"]} -j MASQUERADE --random`,
        ]);
      });
    });

    it("does nothing where all is as asked", () => {
      const seen = definition.parse([listingAfter(state)], state) ?? asSeen(state);
      expect(definition.update(seen, state)).to.deep.equal([]);
    });
  });

  describe("parse", () => {
    it("finds nothing without its mark", () => {
      const other = listingAfter({ ...state, mark: handmade });
      for (const answer of [undefined, JSON.stringify({ nftables: [] }), other]) {
        expect(definition.parse([answer], state)).to.equal(undefined);
      }
    });

    /** As nft 1.0.6 and iptables 1.8.9 list what these made, beside the rules of others. */
    const listed: readonly (readonly [name: string, given: Args])[] = [
      ["out", { kind: "masquerade", source: "192.168.15.0/24" }],
      [
        "fixed",
        {
          ...{ kind: "snat", source: "192.168.15.7", outInterface: "eth*", protocol: "udp" },
          to: "10.0.0.0-10.0.0.255:1024-2047",
        },
      ],
      ["web", { ...web, port: 8080 }],
      [
        "blue",
        {
          ...{ kind: "dnat", destination: "192.168.1.20", inInterface: "!eth0" },
          to: "192.168.15.2-192.168.15.9",
        },
      ],
      ["dns", { kind: "redirect", protocol: "udp", port: [53, 5353], sourcePort: "1024-65535", to: 8053 }],
      [
        "ping",
        {
          ...{ kind: "dnat", protocol: "icmp", destination: "192.168.1.21", inInterface: "eth0" },
          to: "192.168.15.3",
        },
      ],
    ];
    const answers: Readonly<Record<string, string>> = { nftables: golden("nft-nat"), iptables: IPTABLES };

    for (const [backend, answer] of Object.entries(answers)) {
      for (const [name, given] of listed) {
        it(`knows ${JSON.stringify(given)} in a listing of ${backend}`, () => {
          const args = checked(definition, { ...given, backend }, name);
          const seen = definition.parse([answer], args);
          expect(said(seen?.args)).to.deep.equal(said(args));
          expect(seen?.mark).to.equal(args["mark"]);
          expect(seen?.outputs).to.deep.equal({ table: backend === "iptables" ? "nat" : TABLE });
        });
      }
    }

    it("has its arguments also where tools know protocols by number only", () => {
      const numbers = golden("nft-nat").replaceAll('"icmp"', "1");
      const [name = "", given = {}] = listed[5] ?? [];
      const args = checked(definition, given, name);
      expect(said(definition.parse([numbers], args)?.args)).to.deep.equal(said(args));
      const forward = IPTABLES.replaceAll("-p icmp", "-p 1");
      const other = checked(definition, { ...given, backend: "iptables" }, name);
      expect(said(definition.parse([forward], other)?.args)).to.deep.equal(said(other));
    });

    it("tells of a rule that is missing in one of its chains", () => {
      const listing = JSON.parse(listingAfter(state));
      const nftables = listing.nftables.filter(
        ({ rule }: { rule?: { chain: string } }) => rule?.chain !== "output",
      );
      const seen = definition.parse([JSON.stringify({ nftables })], state);
      expect(seen?.args["to"]).to.equal("192.168.15.2:80 (nothing in output)");
    });

    it("tells of what it does not know in a rule", () => {
      const listing = listingAfter(state).replaceAll(
        '"expr":[',
        '"expr":[{"limit":{"rate":1,"per":"second"}},',
      );
      expect(String(definition.parse([listing], state)?.args["to"])).to.include("limit");
    });

    const port = fc.integer({ min: 1, max: 65535 });
    const inOrder = fc.tuple(port, port).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
    const ports = fc.oneof(port, inOrder, fc.uniqueArray(port, { minLength: 1, maxLength: 15 }));
    const link = fc.constantFrom("eth0", "!eth0", "veth*", "!veth*");
    const protocol = fc.constantFrom("tcp", "udp", "sctp");

    /** Any rule whose addresses are of one family. */
    function rules(address: fc.Arbitrary<string>, bits: 32 | 128) {
      const length = fc.integer({ min: 1, max: bits });
      const network = fc
        .tuple(address, fc.oneof(length, fc.constant(bits)), fc.constantFrom("", "!"))
        .map(([ip, prefix, sign]) => `${sign}${parseIp(`${ip}/${prefix}`)?.start}/${prefix}`);
      const range = fc.tuple(address, length).map(([ip, prefix]) => rangeOf(ip, prefix).join("-"));
      const alone = fc.oneof(address, range);
      const withPorts = fc
        .tuple(alone, fc.oneof(port.map(String), inOrder))
        .map(([to, at]) => `${bits === 128 ? `[${to}]` : to}:${at}`);
      const common = { source: network, destination: network, sourcePort: ports, port: ports };
      const family = fc.constant(bits === 32 ? "ipv4" : "ipv6");
      const of = (kind: string, fields: Record<string, fc.Arbitrary<unknown>>) =>
        fc.record<Record<string, unknown>>(
          { kind: fc.constant(kind), family, protocol, ...common, ...fields },
          { requiredKeys: ["kind", "family", "protocol", ...("to" in fields ? ["to"] : [])] },
        );
      const to = fc.oneof(alone, withPorts);
      return fc.oneof(
        of("masquerade", { outInterface: link }),
        of("snat", { outInterface: link, to }),
        of("dnat", { inInterface: link, to }),
        of("redirect", { inInterface: link, to: fc.oneof(port, inOrder) }),
      );
    }

    for (const backend of ["nftables", "iptables"]) {
      it(`reads back whatever it writes, and no more: ${backend}`, () => {
        fc.assert(
          fc.property(fc.oneof(rules(fc.ipV4(), 32), rules(fc.ipV6(), 128)), (rule) => {
            const args = checked(definition, { ...rule, backend }, "it");
            const seen = definition.parse([answerAfter(args)], args);
            expect(seen?.mark).to.equal(markFor("NatRule", "it"));
            expect(said(seen?.args)).to.deep.equal(said(args));
          }),
        );
      });
    }
  });
});
