import type * as pulumi from "@pulumi/pulumi";
import type { Protocol } from "./args";
import type { InterfaceReference, NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { resolveLinks } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of a {@link PolicyRule}. */
export interface PolicyRuleArgs extends OnHost {
  /**
   * Position of the rule, 1 to 4294967295. The kernel asks rules from the lowest number to the highest, until one yields a
   * route or drops the packet. Its own rules are at 0 (table `local`), 32766 (`main`) and 32767 (`default`, IPv4 only). See
   * ip-rule(8). Replaces.
   */
  priority: pulumi.Input<number>;
  /** Network namespace whose packets the rule is for. Default: that of `iif` or `oif`, else the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /**
   * Address family: `ipv4` or `ipv6`. Default: the family of `from` or `to`, else `ipv4`. Updates in place while an address
   * is not known yet, as in a preview; any other change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6" | undefined>;
  /** Matches packets from this address or network: `192.168.15.0/24`. Default: any. Updates in place. */
  from?: pulumi.Input<string | undefined>;
  /** Matches packets to this address or network. Default: any. Updates in place. */
  to?: pulumi.Input<string | undefined>;
  /**
   * Matches packets that come in by this link; `lo` for those that the namespace sends itself. While no link has that name,
   * the rule matches nothing. Default: any. Updates in place.
   */
  iif?: InterfaceReference | undefined;
  /**
   * Matches packets of programs that are bound to this link (SO_BINDTODEVICE, `ping -I`). See socket(7). Default: any.
   * Updates in place.
   */
  oif?: InterfaceReference | undefined;
  /**
   * Matches packets with this mark of a firewall or a program (SO_MARK): a number, `"0x10"`, or with a mask
   * `"0x10/0xff"`. See socket(7). Default: any. Updates in place.
   */
  fwmark?: pulumi.Input<number | string | undefined>;
  /**
   * Matches packets of this protocol: `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, `esp` or `ah`. Default: any. Updates in place.
   */
  ipproto?: pulumi.Input<Protocol | undefined>;
  /**
   * Matches packets from this port, a number from 1 to 65534, or from a range, `"8000-8010"`. Default: any. Updates in place.
   */
  sport?: pulumi.Input<number | string | undefined>;
  /**
   * Matches packets to this port, a number from 1 to 65534, or to a range, `"8000-8010"`. Default: any. Updates in place.
   */
  dport?: pulumi.Input<number | string | undefined>;
  /**
   * Matches packets of programs of this user id, a number, or of a range of ids, `"1000-1999"`. Default: any. Updates in
   * place.
   */
  uidrange?: pulumi.Input<number | string | undefined>;
  /**
   * Matches packets with this type of service, a multiple of 4: 4 to 28 for IPv4, 4 to 252 for IPv6. See RFC 2474. Default:
   * any. Updates in place.
   */
  tos?: pulumi.Input<number | undefined>;
  /** Whether the rule is for all packets except those that all fields above match. Default: false. Updates in place. */
  invert?: pulumi.Input<boolean | undefined>;
  /**
   * Fate of the packets: `lookup` looks for a route in `table`, and leaves packets without one to later rules; `blackhole`
   * drops them silently; `unreachable` and `prohibit` drop them and tell the sender by ICMP. Default: `lookup`. Updates in
   * place.
   */
  action?: pulumi.Input<"lookup" | "blackhole" | "unreachable" | "prohibit" | undefined>;
  /**
   * Routing table that the rule looks up: a number, a name such as `main`, or a name in `/etc/iproute2/rt_tables` of the
   * host, which counts as its number. Required for `lookup`, an error for other actions. Updates in place.
   */
  table?: pulumi.Input<number | string | undefined>;
  /**
   * Rejects routes of `table` whose prefix has this many bits or fewer, 0 to 128. With 0, the default route does not count,
   * so `main` decides on all other packets. See ip-rule(8). Default: every route counts. Updates in place.
   */
  suppressPrefixlength?: pulumi.Input<number | undefined>;
}

/**
 * A rule that says which packets look up which routing table, as `ip rule add` makes it. See ip-rule(8).
 */
export class PolicyRule extends NetnsResource {
  /** When it is its turn. */
  declare readonly priority: pulumi.Output<number>;

  constructor(name: string, args: PolicyRuleArgs, options?: pulumi.CustomResourceOptions) {
    const whose = `PolicyRule "${name}"`;
    const machine = machineOf(whose, args, options, [
      ["namespace", args.namespace, "namespace"],
      ["iif", args.iif, "link"],
      ["oif", args.oif, "link"],
    ]);
    const { links, place } = resolveLinks(machine, whose, [args.iif, args.oif], args.namespace);
    const [iif, oif] = links;
    const inputs = { ...args, namespace: place.name, iif: iif?.name, oif: oif?.name };
    // It outlives its links: the kernel takes it up again with the next one of that name.
    super("PolicyRule", name, inputs, [], { machine, deletedWith: [place.resource] }, options);
  }
}
