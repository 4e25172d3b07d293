import type * as pulumi from "@pulumi/pulumi";
import { farEndName, LOOPBACK } from "../provider/kinds/links/identity";
import {
  type BridgeReference,
  HANDLE,
  isLater,
  type NamespaceHandle,
  type NamespaceReference,
  type OvsBridgeReference,
  type Reference,
} from "./handles";
import { machineOf } from "./host";
import type { Machine } from "./machine";
import type { NamespaceArgs } from "./namespace";
import type { InNodeArgs, NearEndArgs, OvsPortPart, PeerPart } from "./parts";
import { currentProgram, hostPlace } from "./program";
import { resolveInterface, resolvePort } from "./reference";
import { handOver, NetnsResource } from "./resource";

/** The far end of a cable that leads into a {@link Node}. */
export interface NodePeerArgs extends Omit<PeerPart, "namespace" | "bridge"> {
  /** Network namespace of the far end. Default: that of `bridge` where one is given, else the host's own. Updates in place. */
  namespace?: NamespaceReference | undefined;
  /** Linux bridge in the same namespace that the far end is a port of. Default: none. Updates in place. */
  bridge?: BridgeReference | undefined;
}

/** One link of a {@link Node}: the near end of a cable. */
export interface NodeInterfaceArgs extends NearEndArgs {
  /** Far end of the cable. Default: a link `NODE-INTERFACE` in the host's own namespace. Updates in place. */
  peer?: NodePeerArgs | undefined;
}

/** A port of a bridge of Open vSwitch, of a {@link Node}. */
export interface NodeOvsPortArgs extends Omit<OvsPortPart, "bridge"> {
  /** Bridge of Open vSwitch that the link is a port of. Updates in place. */
  bridge: OvsBridgeReference;
}

/** Arguments of a {@link Node}. */
export interface NodeArgs extends Omit<NamespaceArgs, "adopt">, InNodeArgs {
  /**
   * Links of the namespace by their names. Each is one end of a cable, except for `lo`, which takes `addresses` only.
   * Default: none. Updates in place.
   */
  interfaces?: Readonly<Record<string, NodeInterfaceArgs>> | undefined;
  /**
   * Ports of Open vSwitch by the names of their links, such as far ends of cables, which are on the host: the arguments of an
   * OvsPort. Default: none. Updates in place.
   */
  ovsPorts?: Readonly<Record<string, NodeOvsPortArgs>> | undefined;
  /**
   * Adopts objects with these names that another program made: the namespace and each part. Deletion restores their former
   * settings and leaves them. Default: false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/**
 * A namespace with everything in it as one resource: cables, bridges, dummies, addresses, neighbours, routes, rules and kernel
 * parameters. Each is what a resource of its own kind is, with the same rules, at a fraction of the engine's cost. Parts that
 * change are changed in place, each by itself.
 */
export class Node extends NetnsResource implements NamespaceHandle {
  /** Name of the namespace. */
  declare readonly name: pulumi.Output<string>;

  /** @internal */
  declare readonly [HANDLE]: NamespaceHandle[typeof HANDLE];

  constructor(name: string, args: NodeArgs = {}, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`Node "${name}"`, args, options, [
      ...Object.entries(args.interfaces ?? {}).flatMap(([link, given]): Reference[] => [
        [`interfaces.${link}.peer.namespace`, given?.peer?.namespace, "namespace"],
        [`interfaces.${link}.peer.bridge`, given?.peer?.bridge, "bridge"],
      ]),
      ...Object.entries(args.ovsPorts ?? {}).map(
        ([link, given]): Reference => [`ovsPorts.${link}.bridge`, given?.bridge, "ovsBridge"],
      ),
    ]);
    const namespace = args.name ?? name;
    const resolved = Object.entries(args.interfaces ?? {}).map(([link, given]) => ({
      link,
      ...(link === LOOPBACK && given.peer === undefined
        ? { inputs: given, far: undefined, owners: [] }
        : resolvePeer(machine, name, link, given)),
    }));
    const ports = Object.entries(args.ovsPorts ?? {}).map(([link, given]) => ({
      ...{ link, given, bridge: resolveInterface(machine, `Node "${name}"`, given.bridge, undefined) },
    }));
    const inputs = {
      ...args,
      name: namespace,
      interfaces: Object.fromEntries(resolved.map(({ link, inputs }) => [link, inputs])),
      ...(args.ovsPorts && {
        ovsPorts: Object.fromEntries(
          ports.map(({ link, given, bridge }) => [link, { ...given, bridge: bridge.name }]),
        ),
      }),
    };
    const owners = [
      ...resolved.flatMap(({ owners }) => owners),
      ...ports.map(({ bridge }) => bridge.resource),
    ];
    super("Node", name, inputs, [], { machine, replaceWith: owners }, options);
    handOver(this, { is: "namespace", resource: this });
    const program = currentProgram();
    const place = { name: this.name, resource: this, key: this, machine };
    program.declareNamespace(machine, inputs.name, this);
    // What comes after it in the program may lead over its addresses.
    program.declareAddress(place, this);
    for (const { link, far } of resolved) {
      program.declareLink(place, link, this);
      if (!far) continue;
      const farName = far.name ?? (typeof namespace === "string" ? farEndName(namespace, link) : undefined);
      if (farName !== undefined) program.declareLink(far.place, farName, this);
      if (far.hasAddresses) program.declareAddress(far.place, this);
    }
    for (const bridge of keysOf(args.bridges)) program.declareBridge(place, bridge, this);
    for (const dummy of keysOf(args.dummies)) program.declareLink(place, dummy, this);
    for (const bridge of keysOf(args.ovsBridges)) {
      program.declareLink(hostPlace(machine), bridge, this);
      program.declareAddress(hostPlace(machine), this);
    }
  }
}

/** The names in a map, as far as they are known while the program runs. */
const keysOf = (map: object | undefined): string[] =>
  map === undefined || isLater(map) ? [] : Object.keys(map);

/** A name that is known while the program runs. */
const textOf = (name: unknown) => (typeof name === "string" ? name : undefined);

/** An interface with names in place of references, and what its far end comes and goes with. */
function resolvePeer(
  machine: Machine | undefined,
  node: string,
  link: string,
  { peer: { namespace, bridge, ...peer } = {}, ...near }: NodeInterfaceArgs,
) {
  const { place, port } = resolvePort(
    machine,
    `Node "${node}"`,
    `interfaces.${link}.peer.`,
    bridge,
    namespace,
  );
  return {
    inputs: { ...near, peer: { ...peer, namespace: place.name, ...(port && { bridge: port.name }) } },
    far: { place, name: textOf(peer.name), hasAddresses: peer.addresses !== undefined },
    owners: [place.resource, port?.resource],
  };
}
