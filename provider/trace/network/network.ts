import { z } from "zod";
import { type Command, lookFor, showLinks, showNamespaceIds } from "../../linux/command";
import { canonicalIp, type Family } from "../../linux/ip";
import { parseJson } from "../../linux/json";
import { type PortOfOvs, parsePorts, showPorts } from "../../linux/ovs/ports";
import { parseNamespaceIds } from "../../linux/read/namespaceId";

/** Every link and address of every network namespace that has a name, and of the host. */

const AddressInfo = z
  .object({
    family: z.enum(["inet", "inet6"]),
    local: z.string().optional(),
    prefixlen: z.number(),
    scope: z.string(),
    dadfailed: z.boolean().optional(),
  })
  .transform(({ family, local, prefixlen, scope, dadfailed }) => ({
    family: (family === "inet" ? "ipv4" : "ipv6") satisfies Family as Family,
    ip: canonicalIp(local ?? ""),
    prefix: prefixlen,
    isGlobal: scope === "global" || scope === "0",
    isDuplicate: dadfailed === true,
  }));

const Device = z
  .object({
    ifindex: z.number(),
    ifname: z.string(),
    link: z.string().nullish(),
    link_index: z.number().optional(),
    link_netnsid: z.number().optional(),
    flags: z.array(z.string()),
    mtu: z.number(),
    master: z.string().optional(),
    address: z.string().optional(),
    ifalias: z.string().optional(),
    linkinfo: z
      .looseObject({
        info_kind: z.string().optional(),
        info_slave_kind: z.string().optional(),
        info_slave_data: z.looseObject({ state: z.string().optional() }).optional(),
      })
      .optional(),
    addr_info: z.array(AddressInfo).default([]),
  })
  .transform((seen) => ({
    name: seen.ifname,
    index: seen.ifindex,
    kind: seen.flags.includes("LOOPBACK") ? "loopback" : (seen.linkinfo?.info_kind ?? "hardware"),
    isUp: seen.flags.includes("UP"),
    hasCarrier: !seen.flags.includes("NO-CARRIER"),
    answersArp: !seen.flags.includes("NOARP"),
    mtu: seen.mtu,
    mac: seen.address,
    /** The bridge that it is a port of. */
    master: seen.master,
    /** As spanning tree has it: `forwarding` lets packets through. */
    portState: seen.linkinfo?.info_slave_data?.state,
    alias: seen.ifalias,
    /** Where the other end of a cable is: by its name in the same namespace, else by its index and the number of the other. */
    peer:
      seen.linkinfo?.info_kind !== "veth"
        ? undefined
        : { name: seen.link ?? undefined, index: seen.link_index, number: seen.link_netnsid },
    addresses: seen.addr_info,
  }));

export type Device = z.output<typeof Device> & {
  /** Set where it is a port of Open vSwitch, or the own link of such a bridge. */
  readonly switched?: PortOfOvs;
};
export type DeviceAddress = Device["addresses"][number];

/** A network namespace, or the host itself, with what is in it. */
export interface Place {
  /** `undefined`: the host. */
  readonly name: string | undefined;
  readonly devices: readonly Device[];
  /** Names of other namespaces by the numbers that this one has for them; `undefined` for one without a name. */
  readonly numbers: ReadonlyMap<number, string | undefined>;
}

export type Network = readonly Place[];

/** A link, and where it is. */
export interface Port {
  readonly place: Place;
  readonly device: Device;
}

/** What to ask of a place; the answers are for `placeOf`. Open vSwitch is in the host's own namespace. */
export const lookAt = (name: string | undefined): Command[] => [
  showLinks(name),
  showNamespaceIds(name),
  ...(name === undefined ? [lookFor(showPorts())] : []),
];

export function placeOf(name: string | undefined, [devices = "", ids, ports]: readonly string[]): Place {
  // `ip` prints an empty object for each link that a filter leaves out.
  const links = parseJson(z.array(Device), devices);
  return { name, devices: switched(links, parsePorts(ports)), numbers: parseNamespaceIds(ids) };
}

/** What `ip` calls the kind of a bridge of the module of Open vSwitch. In userspace it is a tap link, and called the same here. */
export const OVS_BRIDGE = "openvswitch";

/** The kernel does not know which links are ports of which bridge of Open vSwitch. */
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

/** What a place is called in a sentence. */
export const placeName = (name: string | undefined): string => name ?? "the host";

/** `veth-red` of the host, else `veth-red in red`. */
export const portName = ({ place, device }: Port): string =>
  place.name === undefined ? `${device.name} on the host` : `${device.name} in ${place.name}`;

export const addressName = ({ ip: address, prefix }: DeviceAddress): string => `${address}/${prefix}`;

export const portsOf = (place: Place): Port[] => place.devices.map((device) => ({ place, device }));

/** Every address of a place, its loopback ones too. */
export const ownAddresses = ({ devices }: Place): string[] =>
  devices.flatMap(({ addresses }) => addresses.map((address) => address.ip));

/** The addresses of a family that others may send to, with the links they are on. */
export const usableAddresses = (place: Place, family: Family) =>
  portsOf(place).flatMap(({ device }) =>
    device.addresses
      .filter((address) => address.family === family && address.isGlobal)
      .map((address) => ({ device, address })),
  );

/** The links that have this address, anywhere. */
export const holdersOf = (network: Network, address: string): Port[] =>
  network
    .flatMap(portsOf)
    .filter(({ device }) => device.addresses.some((own) => own.ip === address && own.ip !== "127.0.0.1"));

/** The other end of a cable; `undefined` where it is in a namespace without a name. */
export function peerOf(network: Network, { place, device }: Port): Port | undefined {
  const { peer } = device;
  if (!peer) return undefined;
  if (peer.number === undefined)
    return portIn(place, ({ name, index }) => name === peer.name || index === peer.index);
  const known = place.numbers.get(peer.number);
  const candidates = known === undefined ? network : network.filter(({ name }) => name === known);
  // The host has a name for others, and they have none for it: whoever means each other is a pair.
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
