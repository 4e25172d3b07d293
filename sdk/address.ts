import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { AddressArgs as Schema } from "../provider/kinds/address";
import { expectReferences, type InterfaceReference, kindOf, type NamespaceReference } from "./handles";
import { currentProgram } from "./program";
import { resolveInterface } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of an {@link Address}.
 * @interface
 */
export type AddressArgs = Inputs<Omit<z.input<typeof Schema>, "interface" | "namespace" | "scope">> & {
  /** The link that gets the address: a bridge, an end of a veth pair, or the name of any interface. Replaces. */
  interface: InterfaceReference;
  /** Where an interface given by name is. Default: the host's own namespace. Replaces. */
  namespace?: NamespaceReference;
  /**
   * How far the address is valid: `global`, `link` or `host`. Default: `host` for loopback addresses, `link` for
   * fe80::/10, else `global`. The kernel decides it for IPv6. Replaces.
   */
  scope?: pulumi.Input<"global" | "link" | "host">;
};

/** An IPv4 or IPv6 address on a link, as `ip address add` makes it. See ip-address(8). */
export class Address extends NetnsResource {
  /** The address with its prefix length. */
  declare readonly address: pulumi.Output<string>;
  /** The address alone, for `via` of a route or `to` of a NAT rule. */
  declare readonly ip: pulumi.Output<string>;

  constructor(name: string, args: AddressArgs, options?: pulumi.CustomResourceOptions) {
    expectReferences(`Address "${name}"`, [
      ["interface", args.interface, "link"],
      ["namespace", args.namespace, "namespace"],
    ]);
    const link = resolveInterface(`Address "${name}"`, args.interface, args.namespace);
    const inputs = { ...args, interface: link.name, namespace: link.place.name };
    // The link of a bridge of Open vSwitch carries no mark: what is written down of addresses on it is to go with them.
    const owners =
      kindOf(link.resource) === "OvsBridge"
        ? { replaceWith: [link.resource] }
        : { deletedWith: [link.resource, link.place.resource] };
    super("Address", name, inputs, ["ip"], owners, options);
    currentProgram().declareAddress(link.place, this, link);
  }
}
