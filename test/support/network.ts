import { type Network, type Place, placeOf } from "../../provider/trace/network/network";

/** A link in the output of `ip -N -j -d addr show`, shortened. */
export const link = (ifindex: number, ifname: string, more: object = {}) => ({
  ...{ ifindex, ifname, flags: ["BROADCAST", "UP"], mtu: 1500, addr_info: [] },
  ...more,
});

export const veth = (ifindex: number, ifname: string, peer: object, more: object = {}) =>
  link(ifindex, ifname, { ...peer, linkinfo: { info_kind: "veth" }, ...more });

export const address = (local: string) => ({
  addr_info: [{ family: "inet", local, prefixlen: 24, scope: "0" }],
});

export const place = (
  name: string | undefined,
  numbers: readonly object[],
  ...links: readonly object[]
): Place => placeOf(name, [JSON.stringify(links), JSON.stringify(numbers)]);

/** red and blue on a bridge of the host, which also has hardware, and lan with a cable of its own. All ends have index 2. */
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
// The host has no numbers for them.
const room = (name: string, far: number, ip: string): Place =>
  place(name, [{ nsid: 0 }], veth(2, "eth0", { link_index: far, link_netnsid: 0 }, address(ip)));
export const network: Network = [
  host,
  room("red", 3, "10.0.0.2"),
  room("blue", 4, "10.0.0.3"),
  room("lan", 6, "192.168.7.3"),
];
