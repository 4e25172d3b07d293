import { expect } from "chai";
import { incompatible, isUp, masterOf, parseLink, parseLinks } from "../../../../provider/linux/read/link";
import { golden } from "../../../support/args";

describe("parse/link", () => {
  it("reads an end of a cable", () => {
    expect(parseLink(golden("link-veth-red"))).to.deep.equal({
      ifindex: 2,
      link_index: 2,
      link_netnsid: 0,
      ifname: "veth-red",
      ifalias: "pulumi-netns:VethPair:0123456789ab:project/stack/cable",
      flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
      group: "0",
      operstate: "UP",
      mtu: 1500,
      address: "02:00:00:00:00:01",
      promiscuity: 0,
      linkinfo: { info_kind: "veth" },
      addr_info: [],
    });
  });

  it("reads a port of a bridge", () => {
    const port = parseLink(golden("link-port"));
    const { info_kind: kind, info_slave_data: asPort } = port?.linkinfo ?? {};
    expect({ ...port, linkinfo: kind, state: asPort?.state }).to.deep.equal({
      ifindex: 3,
      link_index: 3,
      link_netnsid: 0,
      ifname: "port",
      ifalias: "pulumi-netns:VethPair:ba9876543210:project/stack/up",
      flags: ["NO-CARRIER", "BROADCAST", "MULTICAST", "UP"],
      group: "0",
      operstate: "DOWN",
      mtu: 1500,
      master: "br0",
      address: "02:00:00:00:00:03",
      promiscuity: 1,
      linkinfo: "veth",
      state: "disabled",
      addr_info: [],
    });
  });

  it("does not take the device above all ports of Open vSwitch for a bridge", () => {
    const [port] = JSON.parse(golden("link-port"));
    const masters = parseLinks(JSON.stringify([port, { ...port, master: "ovs-system" }])).map(masterOf);
    expect(masters).to.deep.equal(["br0", undefined]);
  });

  it("reads a bridge with its options", () => {
    const bridge = parseLink(golden("link-bridge"));
    const { stp_state, forward_delay, ageing_time, vlan_filtering, group_fwd_mask } =
      bridge?.linkinfo?.info_data ?? {};
    expect({
      ...bridge,
      linkinfo: { stp_state, forward_delay, ageing_time, vlan_filtering, group_fwd_mask },
    }).to.deep.equal({
      ifindex: 2,
      ifname: "br0",
      ifalias: "pulumi-netns:Bridge:0123456789ab:project/stack/br0",
      flags: ["NO-CARRIER", "BROADCAST", "MULTICAST", "UP"],
      group: "0",
      operstate: "DOWN",
      mtu: 1500,
      address: "02:00:00:00:00:10",
      promiscuity: 0,
      linkinfo: {
        stp_state: 1,
        forward_delay: 200,
        ageing_time: 6000,
        vlan_filtering: 0,
        group_fwd_mask: "0x4000",
      },
      addr_info: [],
    });
  });

  it("reads a loopback link, which is not of any kind", () => {
    expect(parseLink(golden("link-lo"))).to.deep.equal({
      ifindex: 1,
      ifname: "lo",
      ifalias: "pulumi-netns:Namespace:0123456789ab:project/stack/red",
      flags: ["LOOPBACK", "UP", "LOWER_UP"],
      group: "0",
      operstate: "UNKNOWN",
      mtu: 65536,
      address: "00:00:00:00:00:00",
      promiscuity: 0,
      addr_info: [],
    });
  });

  it("reads addresses of both families", () => {
    expect(parseLink(golden("addresses-br0"))?.addr_info).to.deep.equal([
      { family: "inet", local: "10.0.0.1", address: "10.0.0.2", prefixlen: 32, scope: "link" },
      { family: "inet", local: "192.168.15.5", prefixlen: 24, scope: "global" },
      { family: "inet", local: "192.168.15.6", prefixlen: 24, scope: "global", secondary: true },
      { family: "inet6", local: "::5.6.7.8", prefixlen: 128, scope: "global", nodad: true },
      { family: "inet6", local: "fd00:1::1", prefixlen: 64, scope: "global", tentative: true },
      { family: "inet6", local: "fd00::1", prefixlen: 64, scope: "global", nodad: true },
    ]);
  });

  it("reads a tunnel that is not bound to a link", () => {
    const tunnel = { ...JSON.parse(golden("link-lo"))[0], ifname: "tunl0", link: null };
    expect(parseLink(JSON.stringify([tunnel]))).to.include({ ifname: "tunl0", link: null });
  });

  it("reads every link of a namespace", () => {
    expect(parseLinks(golden("links-host")).map(({ ifname }) => ifname)).to.deep.equal(["lo", "br0", "port"]);
    expect(parseLinks(golden("links-red")).map(({ ifname }) => ifname)).to.deep.equal([
      "lo",
      "veth-red",
      "up",
    ]);
  });

  it("distinguishes up from down", () => {
    expect(parseLinks(golden("links-red")).map(isUp)).to.deep.equal([true, true, false]);
  });

  it("reports why a link cannot be one of another kind", () => {
    const [lo, bridge] = parseLinks(golden("links-host"));
    if (!lo || !bridge) throw new Error("the golden host has two links and more");
    expect([
      incompatible(bridge, "bridge"),
      incompatible(bridge, "veth"),
      incompatible(lo, "bridge"),
    ]).to.deep.equal([undefined, "is a bridge link, not a veth", "is a hardware link, not a bridge"]);
  });

  for (const nothing of [undefined, "", "[]"]) {
    it(`has no link for ${JSON.stringify(nothing)}`, () => {
      expect(parseLink(nothing)).to.equal(undefined);
    });
  }
});
