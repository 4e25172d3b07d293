import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { NatRuleArgs as Schema } from "../provider/kinds/natRule/args";
import { expectReferences, type InterfaceReference, type NamespaceReference } from "./handles";
import { currentProgram } from "./program";
import { resolveLinks } from "./reference";
import { type Inputs, NetnsResource } from "./resource";

/**
 * Arguments of a {@link NatRule}.
 * @interface
 */
export type NatRuleArgs = Inputs<
  Omit<z.input<typeof Schema>, "namespace" | "family" | "inInterface" | "outInterface" | "routeLocalnet">
> & {
  /** Network namespace whose packets are translated. Default: that of the links it names, else the host's own. Replaces. */
  namespace?: NamespaceReference;
  /**
   * Only packets that come in by this interface: a bridge, an end of a veth pair, or a name: `eth0`, `veth*` for all names
   * that start so, `!eth0` for all others. For `dnat` and `redirect`. A `dnat` with it leaves the host's own packets alone,
   * as they come in by none. Default: any. Updates in place.
   */
  inInterface?: InterfaceReference;
  /**
   * Only packets that leave by this interface, given as `inInterface` is. For `masquerade` and `snat`. Default: for
   * `masquerade` of anything but a `source` network all but the loopback link, which has no address to put in; else
   * any. Updates in place.
   */
  outInterface?: InterfaceReference;
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6">;
  /**
   * For `dnat` over IPv4: the link, given as a bridge, an end of a veth pair or a name, by which packets of localhost may
   * pass. Where `to` is elsewhere, the host's own packets to 127.0.0.1 are forwarded as well, and this is the link that
   * leads to `to`; where `to` is in 127.0.0.0/8, packets that come in by this link reach it. Its parameter
   * `route_localnet` is set (to 110, where it was 0) for as long as a rule needs it, and whatever else comes in by it for
   * 127.0.0.0/8 is dropped. Default: none, nothing on localhost is forwarded. Replaces.
   */
  routeLocalnet?: InterfaceReference;
};

/**
 * Network address translation in the kernel: masquerade, snat, dnat or redirect, by nftables or iptables.
 * See nft(8) and iptables-extensions(8).
 */
export class NatRule extends NetnsResource {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `nat` with iptables. */
  declare readonly table: pulumi.Output<string>;

  constructor(name: string, args: NatRuleArgs, options: pulumi.CustomResourceOptions = {}) {
    expectReferences(`NatRule "${name}"`, [
      ["namespace", args.namespace, "namespace"],
      ["inInterface", args.inInterface, "link"],
      ["outInterface", args.outInterface, "link"],
      ["routeLocalnet", args.routeLocalnet, "link"],
    ]);
    const named = [args.inInterface, args.outInterface, args.routeLocalnet];
    const { links, place } = resolveLinks(`NatRule "${name}"`, named, args.namespace);
    const [inInterface, outInterface, routeLocalnet] = links;
    // The network of a hairpin is that of an address of the host.
    const addresses = args.hairpin === undefined ? [] : currentProgram().addressesIn(place);
    super(
      "NatRule",
      name,
      {
        ...args,
        namespace: place.name,
        inInterface: inInterface?.name,
        outInterface: outInterface?.name,
        routeLocalnet: routeLocalnet?.name,
      },
      ["table"],
      // The links that it matches it only names; on the one of which it sets a parameter, it hangs.
      { deletedWith: [place.resource], replaceWith: [routeLocalnet?.resource] },
      pulumi.mergeOptions(options, { dependsOn: [...addresses] }),
    );
  }
}
