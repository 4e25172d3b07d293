import { expect } from "chai";
import { incompatible, isUp, parseLink, parseLinks } from "../../../../provider/linux/read/link";
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
    });
  });

  it("reads a port of a bridge", () => {
    const port = parseLink(golden("link-port"));
    expect({ ...port, linkinfo: port?.linkinfo?.info_kind }).to.deep.equal({
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
    });
  });

  it("does not take the device above all ports of Open vSwitch for a bridge", () => {
    const [port] = JSON.parse(golden("link-port"));
    expect(parseLink(JSON.stringify([{ ...port, master: "ovs-system" }]))?.master).to.equal(undefined);
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
    });
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
