import * as pulumi from "@pulumi/pulumi";
import { type BridgeReference, type CableEndHandle, HANDLE, type NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import type { Machine } from "./machine";
import { currentProgram, type Place } from "./program";
import { resolvePort } from "./reference";
import { handOver, NetnsResource } from "./resource";

/** One end of a {@link VethPair}, as a program asks for it. */
export interface VethEndArgs {
  /** Name of this end, up to 15 bytes. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /** Network namespace of this end. Default: that of `bridge` where one is given, else the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /** Linux bridge in the same namespace that this end is a port of. Default: none. Updates in place. */
  bridge?: BridgeReference | undefined;
  /** MAC address. Default: derived from the mark, so it is the same at every creation. Updates in place. */
  mac?: pulumi.Input<string | undefined>;
  /** Largest packet in bytes. Default: 1500. Updates in place. */
  mtu?: pulumi.Input<number | undefined>;
  /** Whether this end is up. Default: true. Updates in place. */
  up?: pulumi.Input<boolean | undefined>;
}

/** The other end of a {@link VethPair}, whose name has no default. */
export interface VethPeerArgs extends VethEndArgs {
  /** Name of this end, up to 15 bytes. Replaces. */
  name: pulumi.Input<string>;
}

/** Arguments of a {@link VethPair}. */
export interface VethPairArgs extends OnHost {
  /** This end of the cable. Default: a link of the resource's name in the host's own namespace. */
  end?: VethEndArgs | undefined;
  /** The other end of the cable. */
  peer: VethPeerArgs;
  /**
   * Deletes the cable although other owners lose something: their links on top of either end, and objects that other stacks
   * recorded on it. Without it, the deletion fails while there are any. Default: false. Updates in place.
   */
  deleteForeign?: pulumi.Input<boolean | undefined>;
  /**
   * Adopts a cable with these two ends that another program made. Deletion restores its former settings and leaves it. It
   * counts at creation: once it is removed from the program, the cable belongs to this resource. Default: false. Updates in
   * place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/** A cable: two links, what enters one leaves the other, as `ip link add type veth` makes it. See veth(4). */
export class VethPair extends NetnsResource {
  /** This end of the cable, for `interface` of an address or route. */
  declare readonly end: VethEnd;
  /** The other end of the cable. */
  declare readonly peer: VethEnd;

  constructor(name: string, args: VethPairArgs, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`VethPair "${name}"`, args, options, [
      ["end.namespace", args.end?.namespace, "namespace"],
      ["end.bridge", args.end?.bridge, "bridge"],
      ["peer.namespace", args.peer?.namespace, "namespace"],
      ["peer.bridge", args.peer?.bridge, "bridge"],
    ]);
    const end = resolveEnd(machine, name, "end", { name, ...args.end });
    const peer = resolveEnd(machine, name, "peer", args.peer);
    const owners = {
      machine,
      deletedWith: [end.place.resource, peer.place.resource],
      // A port does not go with its bridge, but comes out of it.
      replaceWith: [end.bridge, peer.bridge],
    };
    super(
      "VethPair",
      name,
      { ...args, end: end.inputs, peer: peer.inputs },
      ["ifindex", "peerIfindex"],
      owners,
      options,
    );
    this.end = new VethEnd(this, "end", "ifindex", end.place);
    this.peer = new VethEnd(this, "peer", "peerIfindex", peer.place);
    currentProgram().declareLink(end.place, end.inputs.name, this);
    currentProgram().declareLink(peer.place, peer.inputs.name, this);
  }
}

/** One end of a veth pair: a link that addresses and routes can refer to. */
export class VethEnd implements CableEndHandle {
  /** Name of this end. */
  readonly name: pulumi.Output<string>;
  /** MAC address. */
  readonly mac: pulumi.Output<string>;
  /** Interface index, unique in the namespace of this end. */
  readonly ifindex: pulumi.Output<number>;
  /** @internal */
  declare readonly [HANDLE]: CableEndHandle[typeof HANDLE];

  /** @internal */
  constructor(resource: VethPair, side: "end" | "peer", index: "ifindex" | "peerIfindex", place: Place) {
    const state: pulumi.Output<{ name: string; mac: string }> = pulumi.output(Reflect.get(resource, side));
    this.name = state.name;
    this.mac = state.mac;
    this.ifindex = pulumi.output(Reflect.get(resource, index));
    handOver(this, { is: "cableEnd", name: this.name, place, resource });
  }
}

function resolveEnd(
  machine: Machine | undefined,
  pair: string,
  side: "end" | "peer",
  { bridge, namespace, ...rest }: VethEndArgs & { name: pulumi.Input<string> },
) {
  const { place, port } = resolvePort(machine, `VethPair "${pair}"`, `${side}.`, bridge, namespace);
  return {
    place,
    bridge: port?.resource,
    inputs: { ...rest, namespace: place.name, ...(port && { bridge: port.name }) },
  };
}
