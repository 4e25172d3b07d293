import { z } from "zod";
import { linkName, macAddress, mtu, namespaceName } from "../fields/common";
import { farEndName, linkId } from "../links";
import { AddressArgs, address } from "../resources/address";
import { NamespaceArgs, namespace } from "../resources/namespace";
import { RouteArgs, route } from "../resources/route";
import { vethPair } from "../resources/vethPair";
import { UNKNOWN } from "../unknown";
import { type Composite, keyOf, type Part, type Path, under } from "./composite";

const AddressObject = AddressArgs.omit({ interface: true, namespace: true, adopt: true })
  .extend({ scope: AddressArgs.shape.scope.optional() })
  .strict();

/** Addresses of a link; one that is given as text is one of which nothing else is said. */
const addresses = z.array(
  z
    .custom<string | z.input<typeof AddressObject>>()
    .transform((given) => (typeof given === "string" ? { address: given } : given))
    .pipe(AddressObject),
);

export const addressList = addresses.default([]);

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
  /** Addresses of the far end, or objects as the arguments of an Address. Default: none. Updates in place. */
  addresses: addresses.optional(),
});

const InterfaceArgs = z.strictObject({
  /** MAC address. Default: one made from the mark. Updates in place. */
  mac: macAddress.optional(),
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu: mtu.default(1500),
  /** Whether it is up. Default: true. Updates in place. */
  up: z.boolean().default(true),
  /** The far end of the cable. Updates in place. */
  peer: PeerArgs.prefault({}),
  /** Addresses with their prefix lengths, or objects as the arguments of an Address. Default: none. Updates in place. */
  addresses: addressList,
});

const RouteObject = RouteArgs.omit({ namespace: true, adopt: true }).strict();

/** Routes of one network namespace. */
export const routeList = z.array(RouteObject).default([]);

export const NodeArgs = z.object({
  ...NamespaceArgs.shape,
  /** Links of the namespace by their names: each is one end of a cable. Default: none. Updates in place. */
  interfaces: z.record(linkName, InterfaceArgs).default({}),
  /** Its routes, as the arguments of a Route. Default: none. Updates in place. */
  routes: routeList,
  /**
   * Take over what something else has made under these names: the namespace and each part by itself. Deletion sets it
   * back to what it was, and leaves it. Default: false. Updates in place.
   */
  adopt: z.boolean().optional(),
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
export function nodeParts({ interfaces, routes, ...room }: Omit<NodeArgs, "mark">, path: Path): Part[] {
  const { name, adopt } = room;
  return [
    {
      ...{ key: keyOf(namespace, name), definition: namespace, args: room, entry: path },
      fields: under(path, ["sysctls", "loopback", "killProcesses"]),
    },
    ...Object.entries(interfaces).flatMap(([link, given]) =>
      interfaceParts({ name, adopt }, link, given, [...path, "interfaces", link]),
    ),
    ...routeParts({ namespace: name, adopt }, routes, [...path, "routes"]),
  ];
}

/** A cable, and the addresses of both its ends. */
function interfaceParts(
  { name: namespace, adopt }: Pick<NodeArgs, "name" | "adopt">,
  link: string,
  { addresses, peer: { addresses: farAddresses = [], ...peer }, ...near }: z.output<typeof InterfaceArgs>,
  entry: Path,
): Part[] {
  const end = { ...near, name: link, namespace };
  // A name made of one that is not known yet is not known either.
  const farName = peer.name ?? (namespace === UNKNOWN ? UNKNOWN : farEndName(namespace, link));
  const far = { ...peer, name: farName, mtu: peer.mtu ?? near.mtu };
  return [
    {
      ...{ key: keyOf(vethPair, linkId(namespace, link)), definition: vethPair, entry },
      args: { end, peer: far, adopt },
      fields: {
        ...under(entry, ["mac", "mtu", "up"], "end."),
        ...under([...entry, "peer"], ["name", "namespace", "bridge", "mac", "mtu", "up"], "peer."),
      },
    },
    ...addressParts({ interface: link, namespace, adopt }, addresses, [...entry, "addresses"]),
    ...addressParts({ interface: far.name, namespace: far.namespace, adopt }, farAddresses, [
      ...entry,
      "peer",
      "addresses",
    ]),
  ];
}

/** The addresses of a link. */
export const addressParts = (
  place: Readonly<{ interface: string; namespace?: string | undefined; adopt?: boolean | undefined }>,
  addresses: z.output<typeof addressList>,
  path: Path,
): Part[] =>
  addresses.map((given, at) => {
    const { address: text, peer = "" } = given;
    const name = [linkId(place.namespace, place.interface), text, peer].join(" ").trimEnd();
    return {
      ...{
        key: keyOf(address, name),
        definition: address,
        args: { ...given, ...place },
        entry: [...path, at],
      },
      fields: under([...path, at], ["address", "peer", "scope", "nodad"]),
    };
  });

/** The routes of a network namespace. */
export const routeParts = (
  place: Readonly<{ namespace?: string | undefined; adopt?: boolean | undefined }>,
  routes: z.output<typeof routeList>,
  path: Path,
): Part[] =>
  routes.map((given, at) => {
    const args = { ...given, ...place };
    return {
      ...{
        key: keyOf(route, route.id({ ...args, mark: "" })),
        definition: route,
        args,
        entry: [...path, at],
      },
      fields: under([...path, at], Object.keys(RouteObject.shape)),
    };
  });
