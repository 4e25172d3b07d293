import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { PolicyRuleArgs as Schema } from "../provider/kinds/policyRule";
import { expectReferences, type InterfaceReference, type NamespaceReference } from "./handles";
import { resolveLinks } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link PolicyRule}.
 * @interface
 */
export type PolicyRuleArgs = Inputs<Omit<z.input<typeof Schema>, "namespace" | "family" | "iif" | "oif">> & {
  /** Network namespace whose packets it is for. Default: that of `iif` or `oif`, else the host's own. Replaces. */
  namespace?: NamespaceReference;
  /**
   * `ipv4` or `ipv6`. Default: the family of `from` or `to`, else `ipv4`. Updates in place while an address is not known
   * yet, as in a preview; a real change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6">;
  /**
   * Only packets that come in by this link: a bridge, an end of a veth pair, or the name of any interface; `lo` for those
   * that the namespace sends itself. While there is no link of that name the rule is for no packet. Default: any.
   * Updates in place.
   */
  iif?: InterfaceReference;
  /**
   * Only packets of programs that have bound themselves to this link (SO_BINDTODEVICE, `ping -I`). Default: any. Updates
   * in place.
   */
  oif?: InterfaceReference;
};

/**
 * A rule that says which packets look up which routing table, as `ip rule add` makes it. See ip-rule(8).
 */
export class PolicyRule extends NetnsResource {
  /** When it is its turn. */
  declare readonly priority: pulumi.Output<number>;

  constructor(name: string, args: PolicyRuleArgs, options?: pulumi.CustomResourceOptions) {
    const whose = `PolicyRule "${name}"`;
    expectReferences(whose, [
      ["namespace", args.namespace, "namespace"],
      ["iif", args.iif, "link"],
      ["oif", args.oif, "link"],
    ]);
    const { links, place } = resolveLinks(whose, [args.iif, args.oif], args.namespace);
    const [iif, oif] = links;
    const inputs = { ...args, namespace: place.name, iif: iif?.name, oif: oif?.name };
    // It outlives its links: the kernel takes it up again with the next one of that name.
    super("PolicyRule", name, inputs, [], { deletedWith: [place.resource] }, options);
  }
}
