import * as pulumi from "@pulumi/pulumi";
import type { Protocol } from "./args";
import type { InterfaceReference, NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { currentProgram } from "./program";
import { resolveLinks } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of a {@link NatRule}. */
export interface NatRuleArgs extends OnHost {
  /**
   * Address that the rule translates. `masquerade`: the source, to the address of the interface a packet leaves by. `snat`:
   * the source, to `to`. `dnat`: the destination, to `to`. `redirect`: the destination, to port `to` of the host itself.
   * Replaces.
   */
  kind: pulumi.Input<"masquerade" | "snat" | "dnat" | "redirect">;
  /** Network namespace whose packets are translated. Default: that of the links it names, else the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /**
   * Place of the rule: `nftables`, a table of this stack, or `iptables`, the chains that all programs share. See nft(8) and
   * iptables(8). Default: `nftables`. Replaces.
   */
  backend?: pulumi.Input<"nftables" | "iptables" | undefined>;
  /**
   * Address family: `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an
   * address is not known yet, as in a preview; any other change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6" | undefined>;
  /**
   * Matches packets from this address or network: `192.168.15.0/24`; with `!` in front, packets from elsewhere. Addresses are
   * those before translation. Default: any. Updates in place.
   */
  source?: pulumi.Input<string | undefined>;
  /**
   * Matches packets to this address or network; with `!` in front, packets to elsewhere. `0.0.0.0/0` or `::/0` is everywhere.
   * A `masquerade` translates multicast only if this names it or is everywhere. Default: for `masquerade` with a `source`,
   * everything outside that source, so packets within the network keep their addresses; for `dnat`, the host's own addresses
   * except 127.0.0.0/8 and ::1, so packets routed to others and services on localhost are left alone; else any. Updates in
   * place.
   */
  destination?: pulumi.Input<string | undefined>;
  /**
   * Matches packets that come in by this link. As a name: `eth0`, `veth*` for all names that start so, `!eth0` for all
   * others. For `dnat` and `redirect`. A `dnat` with it ignores the host's own packets, as they come in by no link. Default:
   * any. Updates in place.
   */
  inInterface?: InterfaceReference | undefined;
  /**
   * Matches packets that leave by this link, given as `inInterface` is. For `masquerade` and `snat`. Default: for a
   * `masquerade` without a `source` network, all links but the loopback, which has no address to put in; else any. Updates
   * in place.
   */
  outInterface?: InterfaceReference | undefined;
  /**
   * Matches packets of this protocol: `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, `esp` or `ah`. Default: any. Updates in place.
   */
  protocol?: pulumi.Input<Protocol | undefined>;
  /**
   * Matches packets to a port (`80`), to a range (`"8000-8010"`) or to any port of a list (`[80, 443]`). Requires a `protocol` that has ports. Default: any. Updates in place.
   */
  port?: pulumi.Input<number | string | (number | string)[] | undefined>;
  /** Matches packets from this port, range, or port of a list, given as `port` is. Default: any. Updates in place. */
  sourcePort?: pulumi.Input<number | string | (number | string)[] | undefined>;
  /**
   * New address or port. For `snat` and `dnat`: an address or a range of addresses, each with a port or a range of ports if
   * wanted (`192.168.15.2`, `192.168.15.2-192.168.15.9`, `192.168.15.2:80`, `[fd00::2]:8000-8010`). For `redirect`: a port or
   * a range of ports. Without a port, the port stays the same. The kernel picks one of a range for each connection, and keeps
   * a port that is in the range already. Two kinds of range are mapped one to one, in order: a network (`192.168.15.0/24`)
   * instead of one of the same size, which is the `destination` of a `dnat` and the `source` of an `snat`; and for `dnat`, a
   * range of ports as long as that of `port`, at most 1024. Required, except for `masquerade`, where it is an error. Updates
   * in place.
   */
  to?: pulumi.Input<string | number | undefined>;
  /**
   * Order among the rules of this stack that see the same packets, -99 to 99. The lowest is asked first, of equals the older
   * one, and the first rule that matches decides. Below 0 the rule comes before the NAT rules of Docker or CNI at the usual
   * place, from 1 on after them. iptables keeps all rules in one list, so rules that other programs add later may come before
   * or after it. Default: 0. Updates in place.
   */
  priority?: pulumi.Input<number | undefined>;
  /**
   * For `dnat`: whether the forward also works from the network of `to`, and from `to` itself. The host then asks in its own
   * name (masquerade), as the client would not accept an answer that bypasses the host. `true` means the network of `to` on a
   * link of the host at creation; or name the network. Default: false. Updates in place.
   */
  hairpin?: pulumi.Input<boolean | string | undefined>;
  /**
   * For `dnat` over IPv4: link by which packets of localhost may pass. If `to` is elsewhere, the host's own packets to
   * 127.0.0.1 are forwarded as well, by this link. If `to` is in 127.0.0.0/8, packets that come in by this link reach it.
   * While a rule needs it, the parameter `route_localnet` of the link is set (to 110 where it was 0), and anything else that
   * comes in by the link for 127.0.0.0/8 is dropped. See ip-sysctl in the kernel's documentation. Default: none, so packets
   * of localhost are not forwarded. Replaces.
   */
  routeLocalnet?: InterfaceReference | undefined;
}

/**
 * Network address translation in the kernel: masquerade, snat, dnat or redirect, by nftables or iptables.
 * See nft(8) and iptables-extensions(8).
 */
export class NatRule extends NetnsResource {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `nat` with iptables. */
  declare readonly table: pulumi.Output<string>;

  constructor(name: string, args: NatRuleArgs, options: pulumi.CustomResourceOptions = {}) {
    const machine = machineOf(`NatRule "${name}"`, args, options, [
      ["namespace", args.namespace, "namespace"],
      ["inInterface", args.inInterface, "link"],
      ["outInterface", args.outInterface, "link"],
      ["routeLocalnet", args.routeLocalnet, "link"],
    ]);
    const named = [args.inInterface, args.outInterface, args.routeLocalnet];
    const { links, place } = resolveLinks(machine, `NatRule "${name}"`, named, args.namespace);
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
      { machine, deletedWith: [place.resource], replaceWith: [routeLocalnet?.resource] },
      pulumi.mergeOptions(options, { dependsOn: [...addresses] }),
    );
  }
}
