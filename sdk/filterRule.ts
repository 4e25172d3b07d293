import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { FilterRuleArgs as Schema } from "../provider/kinds/filterRule/args";
import { expectReferences, type InterfaceReference, type NamespaceReference } from "./handles";
import { resolveLinks } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link FilterRule}.
 * @interface
 */
export type FilterRuleArgs = Inputs<
  Omit<z.input<typeof Schema>, "namespace" | "family" | "inInterface" | "outInterface">
> & {
  /** Network namespace whose packets are filtered. Default: that of the links it names, else the host's own. Replaces. */
  namespace?: NamespaceReference;
  /**
   * Only packets that come in by this interface: a bridge, an end of a veth pair, or a name: `eth0`, `veth*` for all names
   * that start so, `!eth0` for all others. Not in `output`. Default: any. Updates in place.
   */
  inInterface?: InterfaceReference;
  /** Only packets that leave by this interface, given as `inInterface` is. Not in `input`. Default: any. Updates in place. */
  outInterface?: InterfaceReference;
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6">;
};

/**
 * A packet filter rule in the kernel: accept, drop, reject or log, by nftables, iptables or firewalld. See nft(8),
 * iptables-extensions(8) and firewalld.policies(5).
 */
export class FilterRule extends NetnsResource {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, `filter` with iptables, `firewalld` with firewalld. */
  declare readonly table: pulumi.Output<string>;

  constructor(name: string, args: FilterRuleArgs, options?: pulumi.CustomResourceOptions) {
    expectReferences(`FilterRule "${name}"`, [
      ["namespace", args.namespace, "namespace"],
      ["inInterface", args.inInterface, "link"],
      ["outInterface", args.outInterface, "link"],
    ]);
    const named = [args.inInterface, args.outInterface];
    const { links, place } = resolveLinks(`FilterRule "${name}"`, named, args.namespace);
    const [inInterface, outInterface] = links.map((link) => link?.name);
    const inputs = { ...args, namespace: place.name, inInterface, outInterface };
    super("FilterRule", name, inputs, ["table"], { deletedWith: [place.resource] }, options);
  }
}
