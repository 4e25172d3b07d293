import { expect } from "chai";
import { matchWords, readWords } from "../../../../provider/kinds/packetRule/iptables";
import { combine, MATCH_FIELDS, type PacketMatch } from "../../../../provider/kinds/packetRule/match";
import { readMatch, writeMatches } from "../../../../provider/kinds/packetRule/nft";

const NO_MORE = { withValue: /^$/, read: () => undefined };

const rows: readonly (readonly [PacketMatch, iptables: string])[] = [
  [{ source: "10.0.0.0/8", destination: "!10.1.0.1/32" }, "-s 10.0.0.0/8 ! -d 10.1.0.1/32"],
  [{ inInterface: "veth*", outInterface: "!eth0" }, "-i veth+ ! -o eth0"],
  [{ destinationType: "local" }, "-m addrtype --dst-type LOCAL"],
  [{ destinationType: "!multicast" }, "-m addrtype ! --dst-type MULTICAST"],
  [{ isForwarded: true, protocol: "sctp" }, "-p sctp -m conntrack --ctstate DNAT"],
  [{ protocol: "tcp", port: 80 }, "-p tcp -m tcp --dport 80"],
  [{ protocol: "udp", sourcePort: "5-9" }, "-p udp -m udp --sport 5:9"],
  [{ protocol: "udp", port: [53, 5353] }, "-p udp -m multiport --dports 53,5353"],
];

describe("matches in the words of the tools", () => {
  for (const [wanted, words] of rows) {
    it(words, () => {
      expect(matchWords(wanted).join(" ")).to.equal(words);
      const read = combine<PacketMatch>(readWords(words.split(" "), NO_MORE), MATCH_FIELDS);
      expect(read).to.deep.equal({ ...wanted, rest: [] });
    });

    it(`are read back from nftables: ${JSON.stringify(wanted)}`, () => {
      const parts = writeMatches(wanted, "ipv4").map((expression) => ({
        text: JSON.stringify(expression),
        says: "match" in expression ? readMatch(expression.match) : undefined,
      }));
      expect(combine<PacketMatch>(parts, MATCH_FIELDS)).to.deep.equal({ ...wanted, rest: [] });
    });
  }

  it("stay in the words of the tool if they are unknown or repeated", () => {
    const words = "-s 10.0.0.0/8 -m limit --limit 1/sec -s 10.1.0.0/16".split(" ");
    expect(combine<PacketMatch>(readWords(words, NO_MORE), MATCH_FIELDS)).to.deep.equal({
      source: "10.0.0.0/8",
      rest: ["-m limit", "--limit", "1/sec", "-s 10.1.0.0/16"],
    });
  });
});
