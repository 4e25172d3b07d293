import { expect } from "chai";
import { givenPorts, lackingProtocol, tooManyPorts } from "../../../../provider/kinds/packetRule/ports";

const many = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe("ports in matches", () => {
  it("are optional", () => {
    expect(givenPorts({})).to.deep.equal([]);
    expect(givenPorts({ sourcePort: "5-9", port: 80 })).to.deep.equal(["port", "sourcePort"]);
  });

  it("need a protocol that has ports", () => {
    const reasons = (protocol: Parameters<typeof lackingProtocol>[0]) =>
      lackingProtocol(protocol, ["port", "to"]).map(({ property, reason }) => `${property} ${reason}`);
    expect(reasons("sctp")).to.deep.equal([]);
    expect(reasons("icmp")).to.deep.equal([
      "port has a port, but icmp has no ports: set `protocol` to tcp, udp or sctp",
      "to has a port, but icmp has no ports: set `protocol` to tcp, udp or sctp",
    ]);
    expect(reasons(undefined)[0]).to.equal(
      "port has a port, but no `protocol` is given: set `protocol` to tcp, udp or sctp",
    );
  });

  it("may be 15 with iptables", () => {
    expect(tooManyPorts({ backend: "nftables", port: many(16) })).to.deep.equal([]);
    expect(tooManyPorts({ backend: "iptables", port: many(15), sourcePort: "1-99" })).to.deep.equal([]);
    expect(tooManyPorts({ backend: "iptables", port: 80, sourcePort: many(16) })).to.deep.equal([
      {
        property: "sourcePort",
        reason:
          "has more than 15 ports, the most that iptables takes: make two rules, or use backend `nftables`",
      },
    ]);
  });
});
