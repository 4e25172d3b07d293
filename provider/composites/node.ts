import { z } from "zod";
import type { Args } from "../definition";
import { linkName, macAddress, mtu, namespaceName } from "../fields/common";
import { AddressArgs, address } from "../resources/address";
import { NamespaceArgs, namespace } from "../resources/namespace";
import { RouteArgs, route } from "../resources/route";
import { vethPair } from "../resources/vethPair";
import { type Composite, type Part, type Path, under } from "./composite";

/** An address as text is one with nothing else said. */
const InterfaceAddress = z.preprocess(
  (given) => (typeof given === "string" ? { address: given } : given),
  AddressArgs.omit({ interface: true, namespace: true, adopt: true, scope: true })
    .extend({
      scope: AddressArgs.shape.scope.optional(),
    })
    .strict(),
);

export const InterfaceAddresses = z.array(InterfaceAddress).default([]);

const PeerArgs = z.strictObject({
  /** Name of the far end, up to 15 bytes. Default: `NODE-INTERFACE`. Updates in place. */
  name: linkName.optional(),
  /** Network namespace the far end lives in. Default: the host's own. Updates in place. */
  namespace: namespaceName.optional(),
  /** Bridge in that namespace that the far end is a port of. Default: none. Updates in place. */
  bridge: linkName.optional(),
  /** MAC address. Default: one made from the mark. Updates in place. */
  mac: macAddress.optional(),
  /** Largest packet in bytes. Default: that of the near end. Updates in place. */
  mtu: mtu.optional(),
  /** Whether it is up. Default: true. Updates in place. */
  up: z.boolean().default(true),
});

export const InterfaceArgs = z.strictObject({
  /** MAC address. Default: one made from the mark. Updates in place. */
  mac: macAddress.optional(),
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu: mtu.default(1500),
  /** Whether it is up. Default: true. Updates in place. */
  up: z.boolean().default(true),
  /** The far end of the cable. Updates in place. */
  peer: PeerArgs.prefault({}),
  /** Addresses with their prefix lengths, or objects as the arguments of an Address. Default: none. Updates in place. */
  addresses: InterfaceAddresses,
});

export const NodeArgs = z.object({
  ...NamespaceArgs.shape,
  /** Links of the namespace by their names: each is one end of a cable. Default: none. Updates in place. */
  interfaces: z.record(linkName, InterfaceArgs).default({}),
  /** Its routes, as the arguments of a Route. Default: none. Updates in place. */
  routes: z.array(RouteArgs.omit({ namespace: true, adopt: true }).strict()).default([]),
});

export type NodeArgs = z.output<typeof NodeArgs>;

/** A namespace with its cables, addresses and routes. */
export const node: Composite<NodeArgs> = {
  kind: "Node",
  schema: NodeArgs,
  identity: "name",
  replaceOn: ["name"],
  id: ({ name }) => name,
  parts: (args) => nodeParts(args, []),
};

/** The parts of a node whose arguments stand at `path`. */
export function nodeParts(args: NodeArgs, path: Path): Part[] {
  const { interfaces, routes, ...room } = args;
  const { name, adopt } = room;
  const links = Object.entries(interfaces).map(([link, given]) => ({
    ...{ link, given, key: cableKey(name, link), entry: [...path, "interfaces", link] },
  }));
  const addresses = links.flatMap(({ link, given, key, entry }) =>
    addressParts(key, { interface: link, namespace: name, adopt }, given.addresses, [...entry, "addresses"]),
  );
  return [
    {
      ...{ key: name, definition: namespace, args: room, on: [], entry: path },
      fields: under(path, Object.keys(NamespaceArgs.shape)),
    },
    ...links.map(({ link, given, entry }) => cablePart(args, link, given, entry)),
    ...addresses,
    ...routes.map((given, at): Part => {
      const entry = [...path, "routes", at];
      return {
        ...{ key: routeKey(name, given), definition: route, entry },
        args: { ...given, namespace: name, adopt },
        // The kernel takes a gateway only while an address covers it.
        on: [name, ...addresses.map(({ key }) => key)],
        fields: under(entry, Object.keys(RouteArgs.shape)),
      };
    }),
  ];
}

/** What tells a route from the others of its namespace. */
export const routeKey = (
  namespace: string,
  { destination, table, metric }: Pick<z.output<typeof RouteArgs>, "destination" | "table" | "metric">,
): string => [namespace, "route", destination, table, metric ?? []].flat().join(" ");

/** The addresses of a link, whose part has the key `owner`. */
export const addressParts = (
  owner: string,
  place: Args,
  addresses: z.output<typeof InterfaceAddresses>,
  path: Path,
): Part[] =>
  addresses.map((given, at) => ({
    ...{ key: `${owner} ${given.address}${given.peer ? ` ${given.peer}` : ""}`, definition: address },
    ...{ args: { ...given, ...place }, on: [owner], entry: [...path, at] },
    fields: under([...path, at], Object.keys(AddressArgs.shape)),
  }));

const cableKey = (name: string, link: string): string => `${name} ${link}`;

function cablePart(
  { name, adopt }: NodeArgs,
  link: string,
  given: z.output<typeof InterfaceArgs>,
  entry: Path,
): Part {
  const { peer, addresses: _, ...end } = given;
  const far: Args = { ...peer, name: peer.name ?? `${name}-${link}`, mtu: peer.mtu ?? end.mtu };
  const ends = ["name", "namespace", "bridge", "mac", "mtu", "up"];
  return {
    ...{ key: cableKey(name, link), definition: vethPair, entry },
    args: { end: { ...end, name: link, namespace: name }, peer: far, adopt },
    on: [
      name,
      ...(peer.namespace === undefined ? [] : [peer.namespace]),
      ...(peer.bridge === undefined ? [] : [bridgeKey(peer.namespace, peer.bridge)]),
    ],
    fields: { ...under(entry, ends, "end."), ...under([...entry, "peer"], ends, "peer.") },
  };
}

export const bridgeKey = (namespace: string | undefined, name: string): string =>
  `bridge ${namespace === undefined ? "" : `${namespace}/`}${name}`;
