import type * as pulumi from "@pulumi/pulumi";
import { expectKinds } from "./kinds";
import { currentProgram, type DeclaredLink, type Place } from "./program";
import { type BridgeReference, type NamespaceReference, resolvePort } from "./reference";
import { hide, type Inputs, NetnsResource } from "./resource";

/** The arguments of a link that a program gives in other words than the provider gets them. */
interface Shared {
  /** Name of the link, up to 15 bytes. Default: the resource's name. Replaces. */
  name?: pulumi.Input<string>;
  /** Network namespace the link is in. Default: the bridge's where one is given, else the host's own. Replaces. */
  namespace?: NamespaceReference;
  /** Bridge that the link is a port of, in the same namespace. Default: none. Updates in place. */
  bridge?: BridgeReference;
  /** MAC address. Default: one made from the mark, the same at every creation. Updates in place. */
  mac?: pulumi.Input<string>;
}

/** The arguments of a kind of link: its schema's, with the shared ones as a program gives them. */
export type LinkInputs<S> = Inputs<Omit<S, keyof Shared>> & Pick<Shared, keyof S & keyof Shared>;

/** A resource that is one link. Addresses, routes and rules take it as their `interface`. */
export abstract class Link extends NetnsResource implements DeclaredLink {
  /** Name of the link. */
  declare readonly name: pulumi.Output<string>;
  /** Interface index, unique in its namespace. */
  declare readonly ifindex: pulumi.Output<number>;
  /** @internal */
  declare readonly place: Place;
  /** @internal */
  declare readonly resource: this;

  protected constructor(
    kind: string,
    name: string,
    args: Pick<Shared, "name" | "namespace" | "bridge">,
    options?: pulumi.CustomResourceOptions,
  ) {
    const whose = `${kind} "${name}"`;
    expectKinds(whose, [
      ["namespace", args.namespace, "namespace"],
      ["bridge", args.bridge, "bridge"],
    ]);
    const { place, port } = resolvePort(whose, args.bridge, args.namespace);
    const inputs = {
      ...args,
      name: args.name ?? name,
      namespace: place.name,
      ...(port && { bridge: port.name }),
    };
    // A port does not go with its bridge, but comes out of it.
    const owners = { deletedWith: [place.resource], replaceWith: [port?.resource] };
    super(kind, name, inputs, ["ifindex"], owners, options);
    hide(this, { place, resource: this });
    currentProgram().declareLink(place, inputs.name, this);
  }
}
