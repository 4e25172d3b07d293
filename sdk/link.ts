import type * as pulumi from "@pulumi/pulumi";
import { type BridgeReference, HANDLE, type NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram, type LinkPlace } from "./program";
import { resolvePort } from "./reference";
import { handOver, NetnsResource } from "./resource";

/** The arguments that say which link a resource is. */
interface LinkArgs extends OnHost {
  readonly name?: pulumi.Input<string>;
  readonly namespace?: NamespaceReference | undefined;
  readonly bridge?: BridgeReference | undefined;
}

/** A resource that is one link. Addresses, routes and rules take it as their `interface`. */
export abstract class Link<S extends "bridge" | "link" = "link"> extends NetnsResource {
  /** Name of the link. */
  declare readonly name: pulumi.Output<string>;
  /** Interface index, unique in its namespace. */
  declare readonly ifindex: pulumi.Output<number>;
  /** @internal */
  declare readonly [HANDLE]: LinkPlace & { readonly is: S };

  protected constructor(
    is: S,
    kind: string,
    name: string,
    args: LinkArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const whose = `${kind} "${name}"`;
    const machine = machineOf(whose, args, options, [
      ["namespace", args.namespace, "namespace"],
      ["bridge", args.bridge, "bridge"],
    ]);
    const { place, port } = resolvePort(machine, whose, "", args.bridge, args.namespace);
    const inputs = {
      ...args,
      name: args.name ?? name,
      namespace: place.name,
      ...(port && { bridge: port.name }),
    };
    // The deletion of a bridge keeps its ports, but takes them out of it.
    const owners = { machine, deletedWith: [place.resource], replaceWith: [port?.resource] };
    super(kind, name, inputs, ["ifindex"], owners, options);
    handOver<Link<S>>(this, { is, name: this.name, place, resource: this });
    currentProgram().declareLink(place, inputs.name, this);
  }
}
