import { expect } from "chai";
import type { Packet } from "../../../../provider/trace/packet";
import type { Chain, Verdict } from "../../../../provider/trace/rules/chain";
import { parseIptables } from "../../../../provider/trace/rules/iptables";
import { judge } from "../../../../provider/trace/rules/judge";
import { parseNft } from "../../../../provider/trace/rules/nft";

const four: Packet = {
  ...{ family: "ipv4", protocol: "icmp", source: "192.168.1.10", destination: "10.2.1.10" },
  isReply: false,
};
const six: Packet = { ...four, family: "ipv6", source: "fd00::10", destination: "fd02::10" };

const prefix = (addr: string, len: number) => ({ prefix: { addr, len } });
const daddr = (protocol: string) => ({ payload: { protocol, field: "daddr" } });

/** Returns a chain of nftables at prerouting with one rule. */
const nft = (family: string, expr: readonly object[]): Chain[] =>
  parseNft(
    JSON.stringify({
      nftables: [
        { chain: { family, table: "t", name: "c", type: "nat", hook: "prerouting", prio: -100 } },
        { rule: { family, table: "t", chain: "c", expr } },
      ],
    }),
  );

const iptables = (hook: string, rule: string, family: "ip" | "ip6" = "ip"): Chain[] =>
  parseIptables(["*nat", `:${hook} ACCEPT [0:0]`, `[0:0] -A ${hook} ${rule}`].join("\n"), "iptables", family);

describe("a network that is mapped onto another", () => {
  const map = (family: string, from: object, to: object) => ({
    family,
    addr: { map: { key: daddr(family), data: { set: [[from, to]] } } },
    flags: "netmap",
    type_flags: "prefix",
  });
  const match = { match: { op: "==", left: daddr("ip"), right: prefix("10.2.1.0", 24) } };
  const rows: readonly (readonly [
    name: string,
    chains: readonly Chain[],
    packet: Packet,
    verdict: Verdict | undefined,
  ])[] = [
    [
      "dnat prefix to, as NatRule writes it",
      nft("ip", [
        match,
        { dnat: { addr: prefix("192.168.7.0", 24), flags: "netmap", type_flags: "prefix" } },
      ]),
      four,
      { does: "dnat", network: "192.168.7.0/24" },
    ],
    [
      "flags as a list, as newer versions print them",
      nft("ip", [match, { snat: { addr: prefix("192.168.7.0", 24), flags: ["netmap"] } }]),
      four,
      { does: "snat", network: "192.168.7.0/24" },
    ],
    [
      "by a map",
      nft("ip", [{ dnat: map("ip", prefix("10.2.1.0", 24), prefix("192.168.7.0", 24)) }]),
      four,
      { does: "dnat", network: "192.168.7.0/24" },
    ],
    [
      "by a map for others",
      nft("ip", [{ dnat: map("ip", prefix("10.3.1.0", 24), prefix("192.168.7.0", 24)) }]),
      four,
      undefined,
    ],
    [
      "by a map, of IPv6",
      nft("ip6", [{ dnat: map("ip6", prefix("fd02::", 64), prefix("fd00::", 64)) }]),
      six,
      { does: "dnat", network: "fd00::/64" },
    ],
    [
      "a range that is a network: some address of it",
      nft("ip", [match, { dnat: { addr: prefix("192.168.7.0", 24) } }]),
      four,
      { does: "dnat", to: undefined, port: undefined },
    ],
    [
      "NETMAP",
      iptables("PREROUTING", "-d 10.2.1.0/24 -j NETMAP --to 192.168.7.0/24"),
      four,
      { does: "netmap", network: "192.168.7.0/24" },
    ],
    [
      "NETMAP of IPv6",
      iptables("PREROUTING", "-d fd02::/64 -j NETMAP --to fd00::/64", "ip6"),
      six,
      { does: "netmap", network: "fd00::/64" },
    ],
  ];
  for (const [name, chains, packet, verdict] of rows) {
    it(name, () => {
      const families = [packet.family === "ipv4" ? "ip" : "ip6"];
      const { nat, doubts } = judge(chains, "prerouting", families, { packet, local: [] });
      expect(nat?.verdict).to.deep.equal(verdict);
      expect(doubts).to.deep.equal([]);
    });
  }

  it("is printed as such", () => {
    const [chain] = nft("ip", [{ dnat: { addr: prefix("192.168.7.0", 24), flags: "netmap" } }]);
    expect(chain?.rules[0]?.text).to.equal("dnat prefix to 192.168.7.0/24");
  });
});
