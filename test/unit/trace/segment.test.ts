import { expect } from "chai";
import { type Network, type Place, peerOf, placeOf, portName } from "../../../provider/trace/network";
import { endpointsOf, looseEndsOf, segmentOf } from "../../../provider/trace/segment";

/** A link as `ip -N -j -d addr show` tells it, in short. */
const link = (ifindex: number, ifname: string, more: object = {}) => ({
  ...{ ifindex, ifname, flags: ["BROADCAST", "UP"], mtu: 1500, addr_info: [] },
  ...more,
});

const veth = (ifindex: number, ifname: string, peer: object, more: object = {}) =>
  link(ifindex, ifname, { ...peer, linkinfo: { info_kind: "veth" }, ...more });

const address = (local: string) => ({
  addr_info: [{ family: "inet", local, prefixlen: 24, scope: "0" }],
});

const place = (name: string | undefined, numbers: readonly object[], ...links: readonly object[]): Place =>
  placeOf(name, [JSON.stringify(links), JSON.stringify(numbers)]);

/** red and blue on a bridge of the host, which has hardware as well; lan by a cable of its own. All ends have index 2. */
const host = place(
  undefined,
  [{ nsid: 0, name: "red" }, { nsid: 1, name: "blue" }, { nsid: 2, name: "lan" }, { nsid: 3 }],
  link(1, "lo", { flags: ["LOOPBACK", "UP"] }),
  link(2, "br0", { linkinfo: { info_kind: "bridge" }, ...address("10.0.0.1") }),
  veth(3, "red-br", { link_index: 2, link_netnsid: 0 }, { master: "br0" }),
  veth(4, "blue-br", { link_index: 2, link_netnsid: 1 }, { master: "br0" }),
  link(5, "eth0", address("192.168.1.2")),
  veth(6, "lan0", { link_index: 2, link_netnsid: 2 }),
  veth(7, "docker0", { link_index: 2, link_netnsid: 3 }),
  veth(8, "here0", { link: "here1", link_index: 9 }),
  veth(9, "here1", { link: "here0", link_index: 8 }, { master: "br0" }),
);
// They have no name for the host.
const room = (name: string, far: number, ip: string): Place =>
  place(name, [{ nsid: 0 }], veth(2, "eth0", { link_index: far, link_netnsid: 0 }, address(ip)));
const network: Network = [
  host,
  room("red", 3, "10.0.0.2"),
  room("blue", 4, "10.0.0.3"),
  room("lan", 6, "192.168.7.3"),
];

function port(where: string | undefined, name: string) {
  const found = network.find((one) => one.name === where);
  const device = found?.devices.find((one) => one.name === name);
  if (!found || !device) throw new Error(`there is no ${name}`);
  return { place: found, device };
}

const peer = (where: string | undefined, name: string): string | undefined => {
  const found = peerOf(network, port(where, name));
  return found && portName(found);
};

describe("cables", () => {
  it("lead from the host into namespaces, by the numbers it has for them", () => {
    expect(["red-br", "blue-br", "lan0"].map((name) => peer(undefined, name))).to.deep.equal([
      "eth0 in red",
      "eth0 in blue",
      "eth0 in lan",
    ]);
  });

  it("lead back to the host, for which nobody has a name", () => {
    expect(["red", "blue", "lan"].map((name) => peer(name, "eth0"))).to.deep.equal([
      "red-br on the host",
      "blue-br on the host",
      "lan0 on the host",
    ]);
  });

  it("may have both ends in one place, or one out of sight", () => {
    expect(["here0", "docker0", "eth0"].map((name) => peer(undefined, name))).to.deep.equal([
      "here1 on the host",
      undefined,
      undefined,
    ]);
  });
});

describe("segments", () => {
  const around = (where: string | undefined, name: string) => {
    const segment = segmentOf(network, port(where, name));
    return {
      endpoints: endpointsOf(segment).map(portName).sort(),
      openings: segment.openings.map(portName),
      loose: looseEndsOf(segment).map(portName),
    };
  };

  it("reach over cables and bridges", () => {
    expect(around("red", "eth0")).to.deep.equal({
      endpoints: ["br0 on the host", "eth0 in blue", "eth0 in red", "here0 on the host"],
      openings: [],
      loose: ["here0 on the host"],
    });
    expect(around(undefined, "br0")).to.deep.equal(around("blue", "eth0"));
  });

  it("tell the way from one link to another", () => {
    const { ways } = segmentOf(network, port("red", "eth0"));
    expect(ways.get("blue/2")?.map(portName)).to.deep.equal([
      "eth0 in red",
      "red-br on the host",
      "br0 on the host",
      "blue-br on the host",
      "eth0 in blue",
    ]);
  });

  it("go on out of sight by hardware, and by cables to places without a name", () => {
    expect(around(undefined, "eth0").openings).to.deep.equal(["eth0 on the host"]);
    expect(around(undefined, "docker0").openings).to.deep.equal(["docker0 on the host"]);
    expect(around("lan", "eth0")).to.deep.equal({
      endpoints: ["eth0 in lan", "lan0 on the host"],
      openings: [],
      loose: ["lan0 on the host"],
    });
  });
});
