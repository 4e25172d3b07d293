import type * as pulumi from "@pulumi/pulumi";
import type { InterfaceReference, NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram } from "./program";
import { resolveInterface } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of a {@link Neighbor}. */
export interface NeighborArgs extends OnHost {
  /** Link of the neighbour. Replaces. */
  interface: InterfaceReference;
  /** Network namespace of a link that is given by name. Default: the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /** IPv4 or IPv6 address of the neighbour, without a prefix length. Replaces. */
  address: pulumi.Input<string>;
  /**
   * MAC address that packets to the neighbour are sent to; a group address, whose first byte is odd, is valid. Required,
   * except for a `proxy` entry, where it is an error. Updates in place.
   */
  lladdr?: pulumi.Input<string | undefined>;
  /**
   * State of the entry. `permanent`: always valid, never asked for by ARP or NDP, and never evicted. `noarp`: the same, but
   * the kernel may evict it when its table is full. See ip-neighbour(8). Default: `permanent`; none for a `proxy` entry.
   * Updates in place.
   */
  state?: pulumi.Input<"permanent" | "noarp" | undefined>;
  /**
   * Whether an IPv6 neighbour is a router. If it is not, the kernel drops routes that it learnt from it. A `proxy` entry
   * announces it in its answers. For an IPv4 neighbour it is an error. See RFC 4861. Default: false for IPv6. Updates in
   * place.
   */
  router?: pulumi.Input<boolean | undefined>;
  /**
   * Answers on this link for an address that is elsewhere, instead of naming a neighbour. It works where the namespace
   * forwards packets; IPv6 also needs the parameter `proxy_ndp`. See ip-neighbour(8). Default: false. Replaces.
   */
  proxy?: pulumi.Input<boolean | undefined>;
  /**
   * Adopts an entry for this address that another program set on the link. Deletion restores its former settings and leaves
   * it. It counts at creation: once it is removed from the program, the entry belongs to this resource. Default: false.
   * Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

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
    const machine = machineOf(`Neighbor "${name}"`, args, options, [
      ["interface", args.interface, "link"],
      ["namespace", args.namespace, "namespace"],
    ]);
    const link = resolveInterface(machine, `Neighbor "${name}"`, args.interface, args.namespace);
    const inputs = { ...args, interface: link.name, namespace: link.place.name };
    const owners = {
      machine,
      // The kernel deletes it along with its link as well, but not what is written down about it.
      deletedWith: [link.place.resource],
      // With the last IPv4 address of a link, the kernel empties its table.
      replaceWith: [link.resource, ...currentProgram().addressesOn(link)],
    };
    super("Neighbor", name, inputs, [], owners, options);
  }
}
