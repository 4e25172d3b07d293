import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { VethPairArgs as Schema } from "../provider/kinds/vethPair";
import {
  type BridgeReference,
  type CableEndHandle,
  expectReferences,
  HANDLE,
  type NamespaceReference,
} from "./handles";
import { currentProgram, type Place } from "./program";
import { resolvePort } from "./reference";
import { handOver, type Inputs, NetnsResource } from "./resource";

type EndSchema = z.input<typeof Schema>["end"];

/** One end of a {@link VethPair}, as a program asks for it. */
export type VethEndArgs = Inputs<Omit<EndSchema, "name" | "namespace" | "bridge" | "mac">> & {
  /** Name of this end, up to 15 bytes. Default: for `end` the resource's name; `peer` must say it. Replaces. */
  name?: pulumi.Input<string>;
  /** Network namespace this end lives in. Default: the bridge's where one is given, else the host's own. Replaces. */
  namespace?: NamespaceReference;
  /** Bridge that this end is a port of, in the same namespace. Default: none. Updates in place. */
  bridge?: BridgeReference;
  /** MAC address. Default: one made from the mark, the same at every creation. Updates in place. */
  mac?: pulumi.Input<string>;
};

/**
 * Arguments of a {@link VethPair}.
 * @interface
 */
export type VethPairArgs = Inputs<Omit<z.input<typeof Schema>, "end" | "peer">> & {
  /** This end of the cable. */
  end?: VethEndArgs;
  /** The other end of the cable. */
  peer: VethEndArgs & {
    /** Name of this end, up to 15 bytes. Replaces. */
    name: pulumi.Input<string>;
  };
};

/** A cable: two links, what enters one leaves the other, as `ip link add type veth` makes it. See veth(4). */
export class VethPair extends NetnsResource {
  /** This end of the cable, for `interface` of an address or route. */
  declare readonly end: VethEnd;
  /** The other end of the cable. */
  declare readonly peer: VethEnd;

  constructor(name: string, args: VethPairArgs, options?: pulumi.CustomResourceOptions) {
    expectReferences(`VethPair "${name}"`, [
      ["end.namespace", args.end?.namespace, "namespace"],
      ["end.bridge", args.end?.bridge, "bridge"],
      ["peer.namespace", args.peer?.namespace, "namespace"],
      ["peer.bridge", args.peer?.bridge, "bridge"],
    ]);
    const end = resolveEnd(name, "end", { name, ...args.end });
    const peer = resolveEnd(name, "peer", args.peer);
    const owners = {
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
  pair: string,
  side: "end" | "peer",
  { bridge, namespace, ...rest }: VethEndArgs & { name: pulumi.Input<string> },
) {
  const { place, port } = resolvePort(`VethPair "${pair}"`, `${side}.`, bridge, namespace);
  return {
    place,
    bridge: port?.resource,
    inputs: { ...rest, namespace: place.name, ...(port && { bridge: port.name }) },
  };
}
