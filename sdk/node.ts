import type * as pulumi from "@pulumi/pulumi";
import { farEndName, LOOPBACK } from "../provider/kinds/links/identity";
import type { AddressArgs } from "./address";
import type { Names } from "./args";
import {
  type BridgeReference,
  expectReferences,
  HANDLE,
  type NamespaceHandle,
  type NamespaceReference,
  type Reference,
} from "./handles";
import type { NamespaceArgs } from "./namespace";
import { currentProgram } from "./program";
import { resolvePort } from "./reference";
import { handOver, NetnsResource } from "./resource";
import type { RouteArgs } from "./route";

/** An address of a link of a {@link Node}. */
export interface NodeAddressArgs extends Omit<AddressArgs, "interface" | "namespace" | "adopt"> {}

/** A route of a {@link Node}, or of the host in a {@link Topology}. */
export type NodeRouteArgs = Names<Omit<RouteArgs, "namespace" | "adopt">>;

/** The far end of a cable that leads into a {@link Node}. */
export interface NodePeerArgs {
  /** Name of the far end, up to 15 bytes. Default: `NODE-INTERFACE`. Updates in place. */
  name?: pulumi.Input<string | undefined>;
  /** Network namespace of the far end. Default: that of `bridge` where one is given, else the host's own. Updates in place. */
  namespace?: NamespaceReference | undefined;
  /** Linux bridge in the same namespace that the far end is a port of. Default: none. Updates in place. */
  bridge?: BridgeReference | undefined;
  /** MAC address. Default: derived from the mark. Updates in place. */
  mac?: pulumi.Input<string | undefined>;
  /** Largest packet in bytes. Default: that of the near end. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
  /** Whether the far end is up. Default: true. Updates in place. */
  up?: pulumi.Input<boolean | undefined>;
  /** Addresses of the far end, as text or as the arguments of an Address. Default: none. Updates in place. */
  addresses?: pulumi.Input<readonly (pulumi.Input<string> | NodeAddressArgs)[] | undefined>;
}

/** One link of a {@link Node}: the near end of a cable. */
export interface NodeInterfaceArgs {
  /** MAC address. Default: derived from the mark. Updates in place. */
  mac?: pulumi.Input<string | undefined>;
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
  /** Whether the link is up. Default: true. Updates in place. */
  up?: pulumi.Input<boolean | undefined>;
  /** Deletes the cable although other owners lose something, as of a VethPair. Default: false. Updates in place. */
  deleteForeign?: pulumi.Input<boolean | undefined>;
  /** Far end of the cable. Default: a link `NODE-INTERFACE` in the host's own namespace. Updates in place. */
  peer?: NodePeerArgs | undefined;
  /**
   * Addresses with their prefix lengths, as text or as the arguments of an Address. Default: none. Updates in place.
   */
  addresses?: pulumi.Input<readonly (pulumi.Input<string> | NodeAddressArgs)[] | undefined>;
}

/** Arguments of a {@link Node}. */
export interface NodeArgs extends Omit<NamespaceArgs, "adopt"> {
  /**
   * Links of the namespace by their names. Each is one end of a cable, except for `lo`, which takes `addresses` only.
   * Default: none. Updates in place.
   */
  interfaces?: Readonly<Record<string, NodeInterfaceArgs>> | undefined;
  /** Routes of the namespace, as the arguments of a Route. Default: none. Updates in place. */
  routes?: pulumi.Input<readonly NodeRouteArgs[] | undefined>;
  /**
   * Adopts objects with these names that another program made: the namespace and each part. Deletion restores their former
   * settings and leaves them. Default: false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/**
 * A namespace with its cables, addresses and routes as one resource: what {@link Namespace}, {@link VethPair},
 * {@link Address} and {@link Route} are one by one, with the same rules, at a fraction of the engine's cost. Parts
 * that change are changed in place, each by itself.
 */
export class Node extends NetnsResource implements NamespaceHandle {
  /** Name of the namespace. */
  declare readonly name: pulumi.Output<string>;

  /** @internal */
  declare readonly [HANDLE]: NamespaceHandle[typeof HANDLE];

  constructor(name: string, args: NodeArgs = {}, options?: pulumi.CustomResourceOptions) {
    expectReferences(
      `Node "${name}"`,
      Object.entries(args.interfaces ?? {}).flatMap(([link, given]): Reference[] => [
        [`interfaces.${link}.peer.namespace`, given?.peer?.namespace, "namespace"],
        [`interfaces.${link}.peer.bridge`, given?.peer?.bridge, "bridge"],
      ]),
    );
    const namespace = args.name ?? name;
    const resolved = Object.entries(args.interfaces ?? {}).map(([link, given]) => ({
      link,
      ...(link === LOOPBACK && given.peer === undefined
        ? { inputs: given, far: undefined, owners: [] }
        : resolvePeer(name, link, given)),
    }));
    const inputs = {
      ...args,
      name: namespace,
      interfaces: Object.fromEntries(resolved.map(({ link, inputs }) => [link, inputs])),
    };
    const owners = resolved.flatMap(({ owners }) => owners);
    super("Node", name, inputs, [], { replaceWith: owners }, options);
    handOver(this, { is: "namespace", resource: this });
    const program = currentProgram();
    const place = { name: this.name, resource: this, key: this };
    program.declareNamespace(inputs.name, this);
    // What comes after it in the program may lead over its addresses.
    program.declareAddress(place, this);
    for (const { link, far } of resolved) {
      program.declareLink(place, link, this);
      if (!far) continue;
      const farName = far.name ?? (typeof namespace === "string" ? farEndName(namespace, link) : undefined);
      if (farName !== undefined) program.declareLink(far.place, farName, this);
      if (far.hasAddresses) program.declareAddress(far.place, this);
    }
  }
}

/** A name that is known while the program runs. */
const textOf = (name: unknown) => (typeof name === "string" ? name : undefined);

/** An interface with names in place of references, and what its far end comes and goes with. */
function resolvePeer(
  node: string,
  link: string,
  { peer: { namespace, bridge, ...peer } = {}, ...near }: NodeInterfaceArgs,
) {
  const { place, port } = resolvePort(`Node "${node}"`, `interfaces.${link}.peer.`, bridge, namespace);
  return {
    inputs: { ...near, peer: { ...peer, namespace: place.name, ...(port && { bridge: port.name }) } },
    far: { place, name: textOf(peer.name), hasAddresses: peer.addresses !== undefined },
    owners: [place.resource, port?.resource],
  };
}
