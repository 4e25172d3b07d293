import { type Command, lookFor, showLinks, showNamespaceIds } from "../../linux/command";
import { canonicalIp, type Family } from "../../linux/ip";
import { framesOf } from "../../linux/linkTypes";
import { type PortOfOvs, parsePorts, showPorts } from "../../linux/ovs/ports";
import type { AddressInfo } from "../../linux/read/address";
import { isUp, type Link, parseLinks } from "../../linux/read/link";
import { parseNamespaceIds } from "../../linux/read/namespaceId";

/** A model of every link and address of the host and of every named network namespace. */

const deviceOf = (link: Link) => ({
  name: link.ifname,
  index: link.ifindex,
  kind: link.flags.includes("LOOPBACK") ? "loopback" : (link.linkinfo?.info_kind ?? "hardware"),
  isUp: isUp(link),
  hasCarrier: !link.flags.includes("NO-CARRIER"),
  answersArp: !link.flags.includes("NOARP"),
  mtu: link.mtu,
  mac: link.address,
  /** The link that it is a port of. */
  master: link.master,
  /** The state in which spanning tree keeps it. Only `forwarding` lets packets pass. */
  portState: link.linkinfo?.info_slave_data?.state,
  alias: link.ifalias,
  /** The other end of a cable: its name in the same namespace, or its index and the id of its namespace. */
  peer:
    framesOf(link.linkinfo?.info_kind ?? "") === "peer"
      ? { name: link.link ?? undefined, index: link.link_index, number: link.link_netnsid }
      : undefined,
  addresses: link.addr_info.map(addressOf),
});

const addressOf = ({ family, local, prefixlen, scope, dadfailed }: AddressInfo) => ({
  family: family === "inet" ? ("ipv4" as const) : ("ipv6" as const),
  ip: canonicalIp(local),
  prefix: prefixlen,
  isGlobal: scope === "global",
  isDuplicate: dadfailed === true,
});

export type Device = ReturnType<typeof deviceOf> & {
  /** Set for a port of Open vSwitch and for the internal link of such a bridge. */
  readonly switched?: PortOfOvs;
};
export type DeviceAddress = Device["addresses"][number];

/** A network namespace or the host, with its links. */
export interface Place {
  /** `undefined`: the host. */
  readonly name: string | undefined;
  readonly devices: readonly Device[];
  /**
   * The names of other namespaces by the ids that this one has for them. `undefined` for a namespace without a name.
   */
  readonly numbers: ReadonlyMap<number, string | undefined>;
}

export type Network = readonly Place[];

/** A link and its place. */
export interface Port {
  readonly place: Place;
  readonly device: Device;
}

/** Returns the commands whose answers `placeOf` takes. Open vSwitch runs in the host's own namespace. */
export const lookAt = (name: string | undefined): Command[] => [
  showLinks(name),
  showNamespaceIds(name),
  ...(name === undefined ? [lookFor(showPorts())] : []),
];

export function placeOf(name: string | undefined, [devices = "", ids, ports]: readonly string[]): Place {
  const links = parseLinks(devices).map(deviceOf);
  return { name, devices: switched(links, parsePorts(ports)), numbers: parseNamespaceIds(ids) };
}

/** The type of an Open vSwitch bridge in `ip`. A bridge in userspace is a tap link; it gets this type here. */
export const OVS_BRIDGE = "openvswitch";

/** Adds the ports of Open vSwitch bridges, which the kernel does not know. */
const switched = (links: readonly Device[], ports: ReadonlyMap<string, PortOfOvs>): Device[] =>
  links.map((link) => {
    const port = ports.get(link.name);
    if (port === undefined) return link;
    return port.bridge === link.name
      ? { ...link, kind: OVS_BRIDGE, switched: port }
      : { ...link, master: port.bridge, switched: port };
  });

export const findPlace = (network: Network, name: string | undefined): Place | undefined =>
  network.find((place) => place.name === name);

/** Returns the name of a place for a sentence. */
export const placeName = (name: string | undefined): string => name ?? "the host";

/** Returns `veth-red on the host` or `veth-red in red`. */
export const portName = ({ place, device }: Port): string =>
  place.name === undefined ? `${device.name} on the host` : `${device.name} in ${place.name}`;

export const addressName = ({ ip: address, prefix }: DeviceAddress): string => `${address}/${prefix}`;

export const portsOf = (place: Place): Port[] => place.devices.map((device) => ({ place, device }));

/** Returns every address of a place, with those of loopback links. */
export const ownAddresses = ({ devices }: Place): string[] =>
  devices.flatMap(({ addresses }) => addresses.map((address) => address.ip));

/** Returns the addresses of a family that others can reach, with their links. */
export const usableAddresses = (place: Place, family: Family) =>
  portsOf(place).flatMap(({ device }) =>
    device.addresses
      .filter((address) => address.family === family && address.isGlobal)
      .map((address) => ({ device, address })),
  );

/** Returns the links with an address, in any place. */
export const holdersOf = (network: Network, address: string): Port[] =>
  network
    .flatMap(portsOf)
    .filter(({ device }) => device.addresses.some((own) => own.ip === address && own.ip !== "127.0.0.1"));

/** Returns the other end of a cable, or `undefined` if its namespace has no name. */
export function peerOf(network: Network, { place, device }: Port): Port | undefined {
  const { peer } = device;
  if (!peer) return undefined;
  if (peer.number === undefined)
    return portIn(place, ({ name, index }) => name === peer.name || index === peer.index);
  const known = place.numbers.get(peer.number);
  const candidates = known === undefined ? network : network.filter(({ name }) => name === known);
  // Namespaces have no name for the host, so a pair is two ends that refer to each other.
  return candidates
    .filter((other) => other !== place)
    .flatMap((other) => portIn(other, (candidate) => isPeer(candidate, device, other, place)) ?? [])[0];
}

function isPeer(candidate: Device, device: Device, its: Place, own: Place): boolean {
  const { peer } = candidate;
  if (!peer || candidate.index !== device.peer?.index || peer.index !== device.index) return false;
  return peer.number !== undefined && its.numbers.get(peer.number) === own.name;
}

function portIn(place: Place, is: (device: Device) => boolean): Port | undefined {
  const device = place.devices.find(is);
  return device && { place, device };
}
