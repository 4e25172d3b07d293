import { z } from "zod";
import type { Problem } from "../engine/definition";
import { UNKNOWN } from "../engine/unknown";
import { linkName, macAddress, mtu, namespaceName } from "../fields/common";
import { AddressArgs, address } from "../kinds/address";
import { farEndName, LOOPBACK, linkId } from "../kinds/links/identity";
import { NamespaceArgs, namespace } from "../kinds/namespace";
import { RouteArgs, route } from "../kinds/route";
import { vethPair } from "../kinds/vethPair";
import { type Composite, keyOf, type Part, type Path, under } from "./composite";
import { printPath } from "./paths";

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
  name: linkName.optional(),
  namespace: namespaceName.optional(),
  bridge: linkName.optional(),
  mac: macAddress.optional(),
  mtu: mtu.optional(),
  up: z.boolean().default(true),
  addresses: addresses.optional(),
});

const DEFAULT_MTU = 1500;

const InterfaceArgs = z.strictObject({
  mac: macAddress.optional(),
  mtu: mtu.default(DEFAULT_MTU),
  up: z.boolean().default(true),
  deleteForeign: z.boolean().optional(),
  peer: PeerArgs.prefault({}),
  addresses: addressList,
});

const RouteObject = RouteArgs.omit({ namespace: true, adopt: true }).strict();

/** Routes of one network namespace. */
export const routeList = z.array(RouteObject).default([]);

export const NodeArgs = z.object({
  ...NamespaceArgs.shape,
  interfaces: z.record(linkName, InterfaceArgs).default({}),
  routes: routeList,
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
  problems: (args) => loopbackProblems(args, []),
  parts: (args) => nodeParts(args, []),
};

/** Refuses what is said of a loopback beyond its addresses; a default may have been filled in. */
export function loopbackProblems({ interfaces }: Pick<NodeArgs, "interfaces">, path: Path): Problem[] {
  const loopback = interfaces[LOOPBACK];
  if (!loopback) return [];
  const { peer, mac, mtu, up } = loopback;
  const misplaced: readonly (readonly [field: string, isGiven: boolean, fix: string])[] = [
    ["mac", mac !== undefined, "leave it out"],
    ["mtu", mtu !== DEFAULT_MTU, "leave it out"],
    ["up", !up, "set `loopback: false` beside `interfaces` instead"],
    [
      "peer",
      Object.entries(peer).some(([key, value]) => value !== undefined && !(key === "up" && value === true)),
      "leave it out",
    ],
  ];
  return misplaced.flatMap(([field, isGiven, fix]) =>
    isGiven
      ? [
          {
            property: printPath([...path, "interfaces", LOOPBACK, field]),
            reason: `does not apply to ${LOOPBACK}, which takes \`addresses\` only: ${fix}`,
          },
        ]
      : [],
  );
}

/** The network namespace of a bridge, where that is known from its name. */
type PlaceOf = (bridge: string) => string | undefined;

/** The parts of a node whose arguments stand at `path`. */
export function nodeParts(
  { interfaces, routes, ...room }: Omit<NodeArgs, "mark">,
  path: Path,
  placeOf: PlaceOf = () => undefined,
): Part[] {
  const { name, adopt } = room;
  return [
    {
      ...{ key: keyOf(namespace, name), definition: namespace, args: room, entry: path },
      fields: under(path, ["sysctls", "loopback", "killProcesses", "deleteForeign"]),
    },
    ...Object.entries(interfaces).flatMap(([link, given]) =>
      interfaceParts({ name, adopt }, link, given, [...path, "interfaces", link], placeOf),
    ),
    ...routeParts({ namespace: name, adopt }, routes, [...path, "routes"]),
  ];
}

/** A cable, and the addresses of both its ends. */
function interfaceParts(
  { name: namespace, adopt }: Pick<NodeArgs, "name" | "adopt">,
  link: string,
  {
    addresses,
    peer: { addresses: farAddresses = [], ...peer },
    deleteForeign,
    ...near
  }: z.output<typeof InterfaceArgs>,
  entry: Path,
  placeOf: PlaceOf,
): Part[] {
  const ownAddresses = addressParts({ interface: link, namespace, adopt }, addresses, [
    ...entry,
    "addresses",
  ]);
  if (link === LOOPBACK) return ownAddresses;
  const end = { ...near, name: link, namespace };
  // A name made of one that is not known yet is not known either.
  const farName = peer.name ?? (namespace === UNKNOWN ? UNKNOWN : farEndName(namespace, link));
  const farPlace = peer.namespace ?? (peer.bridge === undefined ? undefined : placeOf(peer.bridge));
  const far = { ...peer, name: farName, namespace: farPlace, mtu: peer.mtu ?? near.mtu };
  return [
    {
      ...{ key: keyOf(vethPair, linkId(namespace, link)), definition: vethPair, entry },
      args: { end, peer: far, deleteForeign, adopt },
      fields: {
        ...under(entry, ["deleteForeign"]),
        ...under(entry, ["mac", "mtu", "up"], "end."),
        ...under([...entry, "peer"], ["name", "namespace", "bridge", "mac", "mtu", "up"], "peer."),
      },
    },
    ...ownAddresses,
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
