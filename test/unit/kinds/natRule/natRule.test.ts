import { expect } from "chai";
import fc from "fast-check";
import type { Args, Definition } from "../../../../provider/engine/definition";
import { UNKNOWN } from "../../../../provider/engine/unknown";
import { machineProblem } from "../../../../provider/fields/machine";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import { asObserved, checked, itDiffers, itRefuses, markFor, printed } from "../../../support/args";

const definition: Definition = natRule;
const TABLE = "pulumi-netns/project/stack";
const web = { kind: "dnat", protocol: "tcp", port: 80, to: "192.168.15.2:80" };
const state = checked(definition, web, "it");
const handmade = "pulumi-netns:NatRule:0123456789ab:project/stack/other";

/** The output of `nft -j list table` after `commands`, with handles in the order of the rules. */
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

/** The output of `iptables -t nat -S` after `commands`. */
const savedAfter = (args: Args): string =>
  definition
    .create(args)
    .map((command) => command.args.slice(command.args.indexOf("nat") + 1).join(" "))
    .join("\n");

const answerAfter = (args: Args): string =>
  args["backend"] === "iptables" ? savedAfter(args) : listingAfter(args);

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
        'to: is "10.0.0.1/24", which has bits beyond its prefix: write one address, or a whole network such as 192.168.15.0/24',
      ],
      [
        { to: "10.0.0.0/24", port: undefined },
        "destination: is not given, but `to` is the network 10.0.0.0/24, which stands for one of the same size address by address: name a network with /24 here, or one address or a range as `to`",
      ],
      [
        { to: "10.0.0.0/24", destination: "10.1.0.0/25" },
        "destination: is 10.1.0.0/25, but `to` is the network 10.0.0.0/24, which stands for one of the same size address by address: name a network with /24 here, or one address or a range as `to`",
      ],
      [
        { port: "1001-9000", to: "10.0.0.1:2001-10000" },
        "port: has 8000 ports that are mapped one to one, and 1024 is the most: make several rules",
      ],
      [
        { protocol: undefined },
        "port: has a port, but no `protocol` is given: set `protocol` to tcp, udp or sctp",
        "to: has a port, but no `protocol` is given: set `protocol` to tcp, udp or sctp",
      ],
      [{ priority: 100 }, "priority: is 100, not a whole number from -99 to 99"],
      [{ hairpin: "here" }, "hairpin: is neither true, false nor a network"],
      [
        { hairpin: "fd00::/64" },
        "hairpin: is fd00::/64, but the rule is of ipv4: a rule is of one family, so make one for each",
      ],
      [
        { kind: "redirect", to: 80, hairpin: true },
        "hairpin: has no meaning for redirect, only for dnat: leave it out",
      ],
      [
        { routeLocalnet: "veth*" },
        'routeLocalnet: is "veth*", which rules take for more than one link: name the link otherwise',
      ],
      [
        { kind: "redirect", to: 80, routeLocalnet: "eth0" },
        "routeLocalnet: has no meaning for redirect, only for dnat: leave it out",
      ],
      [
        { to: "[fd00::2]:80", routeLocalnet: "eth0" },
        "routeLocalnet: is of IPv4 alone: IPv6 has no such parameter, leave it out",
      ],
      [
        { to: "127.0.0.1:80" },
        "routeLocalnet: is required to lead packets to 127.0.0.1:80: name the link that they come in by, or use kind `redirect` and let the service listen on an address of the host",
      ],
      [
        { to: "127.0.0.1:80", routeLocalnet: "eth0", inInterface: "eth1" },
        "routeLocalnet: is eth0, but `inInterface` is eth1: packets for localhost can come in by the one link only",
      ],
      [
        { to: "[::1]:80" },
        "to: is [::1]:80, and IPv6 leads nothing from outside to localhost: use kind `redirect`, and let the service listen on an address of the host",
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
    ]);

    it("leaves packets within the source network alone", () => {
      const { destination } = checked(definition, { kind: "masquerade", source: "10.0.0.0/8" });
      expect(destination).to.equal("!10.0.0.0/8");
    });

    it("derives the family from the addresses", () => {
      expect(checked(definition, { kind: "masquerade", source: "fd00::/64" })["family"]).to.equal("ipv6");
      expect(checked(definition, { kind: "masquerade" })["family"]).to.equal("ipv4");
    });

    it("spares the loopback link if it masquerades more than a network", () => {
      const leaving = (given: object) =>
        checked(definition, { kind: "masquerade", ...given })["outInterface"];
      expect([{}, { source: "0.0.0.0/0" }, { source: "!10.0.0.0/8" }].map(leaving)).to.deep.equal([
        "!lo",
        "!lo",
        "!lo",
      ]);
      expect([{ source: "10.0.0.0/8" }, { outInterface: "eth0" }].map(leaving)).to.deep.equal([
        undefined,
        "eth0",
      ]);
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
      ["priority", -5, "update"],
      ["hairpin", true, "update"],
      ["routeLocalnet", "veth-blue", "replace"],
    ]);
  });

  it("is identified by its mark, and claims nothing that another could", () => {
    expect(definition.id({ ...state, namespace: "red" })).to.match(
      /^red\/dnat project\/stack\/it [0-9a-f]{12}$/,
    );
    expect(definition.objectNames(state)).to.deep.equal([`NAT rule ${String(state["mark"])}`]);
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
          rule("prerouting", state["mark"], ...toHost, port, dnat),
          chain("output", -100),
          rule("output", state["mark"], ...toHost, port, dnat),
        ],
      });
    });

    const iptables: readonly (readonly [given: Args, ...commands: string[]])[] = [
      [
        { kind: "masquerade", source: "192.168.15.0/24", backend: "iptables" },
        'iptables -w 5 -t nat -A POSTROUTING -s 192.168.15.0/24 "!" -d 192.168.15.0/24 -m addrtype "!" --dst-type MULTICAST -m comment --comment MARK -j MASQUERADE',
        "conntrack -D -f ipv4 -p udp --orig-src 192.168.15.0/24",
        "conntrack -D -f ipv4 -p icmp --orig-src 192.168.15.0/24",
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
        "ip netns exec red conntrack -D -f ipv4 -p udp --orig-src 10.0.0.2",
        "ip netns exec red conntrack -D -f ipv4 -p icmp --orig-src 10.0.0.2",
      ],
      [
        { kind: "redirect", protocol: "udp", port: [53, 5353], to: 8053, backend: "iptables" },
        "iptables -w 5 -t nat -A PREROUTING -p udp -m multiport --dports 53,5353 -m comment --comment MARK -j REDIRECT --to-ports 8053",
        "conntrack -D -f ipv4 -p udp --orig-port-dst 53",
        "conntrack -D -f ipv4 -p udp --orig-port-dst 5353",
      ],
      [
        { kind: "dnat", destination: "fd00::9", to: "fd00::2", inInterface: "!eth0", backend: "iptables" },
        'ip6tables -w 5 -t nat -A PREROUTING -d fd00::9/128 "!" -i eth0 -m comment --comment MARK -j DNAT --to-destination fd00::2',
        "conntrack -D -f ipv6 -p udp --orig-dst fd00::9",
        "conntrack -D -f ipv6 -p icmpv6 --orig-dst fd00::9",
      ],
      [
        {
          ...{ kind: "dnat", protocol: "tcp", port: "8000-8010", to: "192.168.15.2:9000-9010" },
          ...{ hairpin: "192.168.15.0/24", priority: -5, inInterface: "eth0", backend: "iptables" },
        },
        'iptables -w 5 -t nat -A PREROUTING "!" -d 127.0.0.0/8 -i eth0 -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 8000:8010 -m comment --comment MARK,priority=-5 -j DNAT --to-destination 192.168.15.2:9000-9010/8000',
        "iptables -w 5 -t nat -A POSTROUTING -s 192.168.15.0/24 -d 192.168.15.2/32 -p tcp -m conntrack --ctstate DNAT -m comment --comment MARK,priority=-5 -j MASQUERADE",
      ],
      [
        { ...web, to: "127.0.0.1:8080", routeLocalnet: "eth0", backend: "iptables" },
        "iptables -w 5 -t raw -A PREROUTING -d 127.0.0.0/8 -i eth0 -m comment --comment MARK -j DROP",
        'iptables -w 5 -t nat -A PREROUTING "!" -d 127.0.0.0/8 -i eth0 -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 80 -m comment --comment MARK -j DNAT --to-destination 127.0.0.1:8080',
        'iptables -w 5 -t nat -A OUTPUT "!" -d 127.0.0.0/8 -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 80 -m comment --comment MARK -j DNAT --to-destination 127.0.0.1:8080',
        "sysctl -q -w net/ipv4/conf/eth0/route_localnet=110",
      ],
      [
        { kind: "snat", source: "10.1.0.0/24", to: "10.2.0.0/24", backend: "iptables" },
        "iptables -w 5 -t nat -A POSTROUTING -s 10.1.0.0/24 -m comment --comment MARK -j NETMAP --to 10.2.0.0/24",
        "conntrack -D -f ipv4 -p udp --orig-src 10.1.0.0/24",
        "conntrack -D -f ipv4 -p icmp --orig-src 10.1.0.0/24",
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

    it("replaces its own rules by handle, in the transaction that adds the new ones", () => {
      const observed = definition.parse([listingAfter(state)], state);
      expect(observed).to.be.an("object");
      if (!observed) return;
      const [command, ...more] = definition.update(observed, { ...state, to: "192.168.15.3:80" });
      expect(more).to.deep.equal([]);
      const verbs = JSON.parse(command?.input ?? "").nftables.map((entry: object) => Object.keys(entry)[0]);
      expect(verbs).to.not.include("flush");
      expect(command?.input).to.include('"192.168.15.3"').and.include('"handle":1').and.include('"handle":2');
    });

    it("does nothing if the rule equals the arguments", () => {
      const observed = definition.parse([listingAfter(state)], state) ?? asObserved(state);
      expect(definition.update(observed, state)).to.deep.equal([]);
    });
  });

  describe("parse", () => {
    it("finds nothing without its mark", () => {
      const other = listingAfter({ ...state, mark: handmade });
      for (const answer of [undefined, JSON.stringify({ nftables: [] }), other]) {
        expect(definition.parse([answer], state)).to.equal(undefined);
      }
    });

    it("reports a rule that is missing in one of its chains", () => {
      const listing = JSON.parse(listingAfter(state));
      const nftables = listing.nftables.filter(
        ({ rule }: { rule?: { chain: string } }) => rule?.chain !== "output",
      );
      const observed = definition.parse([JSON.stringify({ nftables })], state);
      expect(observed?.args["to"]).to.equal("192.168.15.2:80 (nothing in output)");
    });

    it("reports unknown parts of a rule", () => {
      const listing = listingAfter(state).replaceAll(
        '"expr":[',
        '"expr":[{"limit":{"rate":1,"per":"second"}},',
      );
      expect(String(definition.parse([listing], state)?.args["to"])).to.include("limit");
    });

    const ipv4 = fc.ipV4().filter((address) => machineProblem(address) === undefined);
    const port = fc.integer({ min: 1, max: 65535 });
    const ports = fc.oneof(
      port,
      fc
        .tuple(port, port)
        .filter(([a, b]) => a < b)
        .map(([a, b]) => `${a}-${b}`),
      fc.uniqueArray(port, { minLength: 2, maxLength: 15 }),
    );
    const link = fc.constantFrom("eth0", "!eth0", "veth*", "!veth*");
    const protocol = fc.constantFrom("tcp", "udp", "sctp");
    const common = {
      ...{ source: ipv4, sourcePort: ports, port: ports },
      priority: fc.integer({ min: -99, max: 99 }),
    };
    // A target on localhost requires a link.
    const elsewhere = ipv4.filter((address) => !address.startsWith("127."));
    const hairpin = fc.constantFrom(false, "10.9.0.0/24");
    const map = fc
      .tuple(
        fc.integer({ min: 1, max: 60000 }),
        fc.integer({ min: 1, max: 60000 }),
        fc.integer({ min: 1, max: 1023 }),
      )
      .map(([from, onto, more]) => ({
        ...{ kind: "dnat", protocol: "udp", port: `${from}-${from + more}` },
        to: `10.9.0.2:${onto}-${onto + more}`,
      }));
    const networks = fc
      .tuple(fc.constantFrom("dnat", "snat"), fc.integer({ min: 1, max: 32 }))
      .map(([kind, prefix]) => ({
        ...{ kind, to: `128.0.0.0/${prefix}` },
        [kind === "dnat" ? "destination" : "source"]: `64.0.0.0/${prefix}`,
      }))
      .filter(({ to }) => !to.endsWith("/1"));
    const given = fc.oneof(
      fc.record(
        { kind: fc.constant("masquerade"), protocol, outInterface: link, ...common },
        { requiredKeys: ["kind", "protocol"] },
      ),
      fc.record(
        { kind: fc.constant("snat"), protocol, outInterface: link, to: ipv4, ...common },
        { requiredKeys: ["kind", "protocol", "to"] },
      ),
      fc.record(
        {
          ...{ kind: fc.constant("dnat"), protocol, inInterface: link, destination: ipv4, to: elsewhere },
          ...{ hairpin, ...common },
        },
        { requiredKeys: ["kind", "protocol", "to", "port"] },
      ),
      fc.record(
        { kind: fc.constant("redirect"), protocol, inInterface: link, to: port, ...common },
        { requiredKeys: ["kind", "protocol", "to"] },
      ),
      map,
      networks,
    );

    for (const backend of ["nftables", "iptables"]) {
      it(`reads back everything it writes: ${backend}`, () => {
        fc.assert(
          fc.property(given, (rule) => {
            const args = checked(definition, { ...rule, backend }, "it");
            const observed = definition.parse([answerAfter(args)], args);
            expect(observed?.mark).to.equal(markFor("NatRule", "it"));
            expect({ ...args, ...observed?.args }).to.deep.equal({ ...observed?.args, ...args });
          }),
        );
      });
    }
  });
});
