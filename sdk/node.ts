import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { NodeArgs as Schema } from "../provider/composites/node";
import { farEndName, LOOPBACK } from "../provider/kinds/links/identity";
import {
  type BridgeReference,
  expectReferences,
  HANDLE,
  type NamespaceHandle,
  type NamespaceReference,
  type Reference,
} from "./handles";
import { currentProgram } from "./program";
import { resolvePort } from "./reference";
import { type DeepInputs, handOver, NetnsResource } from "./resource";

type InterfaceSchema = NonNullable<z.input<typeof Schema>["interfaces"]>[string];
type PeerSchema = NonNullable<InterfaceSchema["peer"]>;

/** The far end of a cable that leads into a {@link Node}. */
export type NodePeerArgs = DeepInputs<Omit<PeerSchema, "namespace" | "bridge">> & {
  /** Network namespace the far end lives in. Default: the bridge's where one is given, else the host's own. Updates in place. */
  namespace?: NamespaceReference;
  /** Bridge that the far end is a port of, in the same namespace. Default: none. Updates in place. */
  bridge?: BridgeReference;
};

/** One link of a {@link Node}: the near end of a cable. */
export type NodeInterfaceArgs = DeepInputs<Omit<InterfaceSchema, "peer">> & {
  /** The far end of the cable. Default: one in the host's own namespace, called `NODE-INTERFACE`. Updates in place. */
  peer?: NodePeerArgs;
};

/**
 * Arguments of a {@link Node}.
 * @interface
 */
export type NodeArgs = DeepInputs<Omit<z.input<typeof Schema>, "name" | "interfaces">> & {
  /** Name of the namespace, as in `ip netns add`. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /**
   * Links of the namespace by their names: each is one end of a cable, except for `lo`, which takes `addresses` only.
   * Default: none. Updates in place.
   */
  interfaces?: Readonly<Record<string, NodeInterfaceArgs>>;
};

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
