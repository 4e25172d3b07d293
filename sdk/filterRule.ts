import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { FilterRuleArgs as Schema } from "../provider/resources/filterRule";
import { type NamespaceReference, resolveNamespace } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link FilterRule}.
 * @interface
 */
export type FilterRuleArgs = Inputs<Omit<z.input<typeof Schema>, "namespace" | "family">> & {
  /** Network namespace whose packets are filtered. Default: the host's own. Replaces. */
  namespace?: NamespaceReference;
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6">;
};

/**
 * A packet filter rule in the kernel: accept, drop, reject or log, by nftables or iptables. See nft(8) and
 * iptables-extensions(8).
 */
export class FilterRule extends NetnsResource {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `filter` with iptables. */
  declare readonly table: pulumi.Output<string>;

  constructor(name: string, args: FilterRuleArgs, options?: pulumi.CustomResourceOptions) {
    const place = resolveNamespace(args.namespace);
    const inputs = { ...args, namespace: place.name };
    super("FilterRule", name, inputs, ["table"], { deletedWith: [place.resource] }, options);
  }
}
