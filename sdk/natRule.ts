import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { NatRuleArgs as Schema } from "../provider/resources/natRule";
import { type NamespaceReference, resolveNamespace } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link NatRule}.
 * @interface
 */
export type NatRuleArgs = Inputs<Omit<z.input<typeof Schema>, "namespace" | "family">> & {
  /** Network namespace whose packets are translated. Default: the host's own. Replaces. */
  namespace?: NamespaceReference;
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6">;
};

/**
 * Network address translation in the kernel: masquerade, snat, dnat or redirect, by nftables or iptables.
 * See nft(8) and iptables-extensions(8).
 */
export class NatRule extends NetnsResource {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `nat` with iptables. */
  declare readonly table: pulumi.Output<string>;

  constructor(name: string, args: NatRuleArgs, options?: pulumi.CustomResourceOptions) {
    const place = resolveNamespace(args.namespace);
    const inputs = { ...args, namespace: place.name };
    super("NatRule", name, inputs, ["table"], { deletedWith: [place.resource] }, options);
  }
}
