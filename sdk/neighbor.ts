import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { NeighborArgs as Schema } from "../provider/kinds/neighbor";
import { expectReferences, type InterfaceReference, type NamespaceReference } from "./handles";
import { currentProgram } from "./program";
import { resolveInterface } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link Neighbor}.
 * @interface
 */
export type NeighborArgs = Inputs<Omit<z.input<typeof Schema>, "interface" | "namespace">> & {
  /**
   * The link that the neighbour is on: a bridge, an end of a veth pair, or the name of any interface. Replaces.
   */
  interface: InterfaceReference;
  /** Where an interface given by name is. Default: the host's own namespace. Replaces. */
  namespace?: NamespaceReference;
};

/**
 * A permanent entry of the neighbour table (ARP for IPv4, NDP for IPv6), as `ip neighbour add` makes it, or a proxy entry.
 * See ip-neighbour(8).
 *
 * The kernel empties the table of a link along with its last IPv4 address. So an entry comes after every address that was
 * declared before it on its link, and is replaced with them: declare addresses first.
 */
export class Neighbor extends NetnsResource {
  /** IPv4 or IPv6 address of the neighbour. */
  declare readonly address: pulumi.Output<string>;

  constructor(name: string, args: NeighborArgs, options?: pulumi.CustomResourceOptions) {
    expectReferences(`Neighbor "${name}"`, [
      ["interface", args.interface, "link"],
      ["namespace", args.namespace, "namespace"],
    ]);
    const link = resolveInterface(`Neighbor "${name}"`, args.interface, args.namespace);
    const inputs = { ...args, interface: link.name, namespace: link.place.name };
    const owners = {
      // The kernel deletes it along with its link as well, but not what is written down about it.
      deletedWith: [link.place.resource],
      // With the last IPv4 address of a link, the kernel empties its table.
      replaceWith: [link.resource, ...currentProgram().addressesOn(link)],
    };
    super("Neighbor", name, inputs, [], owners, options);
  }
}
