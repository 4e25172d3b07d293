import type * as pulumi from "@pulumi/pulumi";
import { type InterfaceReference, kindOf, type NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram } from "./program";
import { resolveInterface } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of an {@link Address}. */
export interface AddressArgs extends OnHost {
  /** Link that gets the address. Replaces. */
  interface: InterfaceReference;
  /** Network namespace of a link that is given by name. Default: the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /**
   * IPv4 or IPv6 address with its prefix length, such as `192.168.15.1/24` or `fd00::1/64`. An address without a prefix
   * length is an error, as the kernel would know no neighbours. With `peer`, write the full length here: `/32` or `/128`.
   * Replaces.
   */
  address: pulumi.Input<string>;
  /**
   * Far address of a point-to-point link, with the prefix length that is routed to it. See ip-address(8). Default: none.
   * Replaces.
   */
  peer?: pulumi.Input<string | undefined>;
  /**
   * Scope in which the address is valid: `global`, `link` or `host`. The kernel decides the scope of an IPv6 address, so
   * another one is an error. See ip-address(8). Default: `host` for loopback addresses, `link` for fe80::/10, else `global`.
   * Replaces.
   */
  scope?: pulumi.Input<"global" | "link" | "host" | undefined>;
  /**
   * Whether an IPv6 address works at once, without the second of duplicate address detection (RFC 4862). For an IPv4
   * address it is an error. Default: true for IPv6. Replaces.
   */
  nodad?: pulumi.Input<boolean | undefined>;
  /**
   * Adopts an address that another program gave to the link. Deletion leaves it there. It counts at creation: once it is
   * removed from the program, the address belongs to this resource. Default: false. Updates in place.
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/** An IPv4 or IPv6 address on a link, as `ip address add` makes it. See ip-address(8). */
export class Address extends NetnsResource {
  /** The address with its prefix length. */
  declare readonly address: pulumi.Output<string>;
  /** The address alone, for `via` of a route or `to` of a NAT rule. */
  declare readonly ip: pulumi.Output<string>;

  constructor(name: string, args: AddressArgs, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`Address "${name}"`, args, options, [
      ["interface", args.interface, "link"],
      ["namespace", args.namespace, "namespace"],
    ]);
    const link = resolveInterface(machine, `Address "${name}"`, args.interface, args.namespace);
    const inputs = { ...args, interface: link.name, namespace: link.place.name };
    // The link of a bridge of Open vSwitch carries no mark: what is written down of addresses on it is to go with them.
    const owners =
      kindOf(link.resource) === "OvsBridge"
        ? { machine, replaceWith: [link.resource] }
        : { machine, deletedWith: [link.resource, link.place.resource] };
    super("Address", name, inputs, ["ip"], owners, options);
    currentProgram().declareAddress(link.place, this, link);
  }
}
