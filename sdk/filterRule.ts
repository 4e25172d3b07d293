import type * as pulumi from "@pulumi/pulumi";
import type { Protocol } from "./args";
import type { InterfaceReference, NamespaceReference } from "./handles";
import { machineOf, type OnHost } from "./host";
import { resolveLinks } from "./reference";
import { NetnsResource } from "./resource";

/** Arguments of a {@link FilterRule}. */
export interface FilterRuleArgs extends OnHost {
  /**
   * Packets that the rule is for: `input`, those to the namespace itself; `output`, those from the namespace itself;
   * `forward`, those that it passes on. Updates in place.
   */
  chain: pulumi.Input<"input" | "output" | "forward">;
  /** Network namespace whose packets are filtered. Default: that of the links it names, else the host's own. Replaces. */
  namespace?: NamespaceReference | undefined;
  /**
   * Place of the rule: `nftables`, a table of this stack; `iptables`, the chains that all programs share, before the rules of
   * others; `firewalld`, a policy of its own, which firewalld asks before its zones. See nft(8), iptables(8) and
   * firewalld.policies(5). Default: `nftables`. Replaces.
   */
  backend?: pulumi.Input<"nftables" | "iptables" | "firewalld" | undefined>;
  /**
   * Address family: `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an
   * address is not known yet, as in a preview; any other change replaces.
   */
  family?: pulumi.Input<"ipv4" | "ipv6" | undefined>;
  /**
   * Order among the rules of this stack in the same chain, -9999 to 9999. The lowest is asked first, of equals the older one,
   * and the first rule that matches decides. Default: 0. Updates in place.
   */
  priority?: pulumi.Input<number | undefined>;
  /**
   * Matches packets that come in by this link. As a name: `eth0`, `veth*` for all names that start so, `!eth0` for all
   * others. An error in `output`. Default: any. Updates in place.
   */
  inInterface?: InterfaceReference | undefined;
  /**
   * Matches packets that leave by this link, given as `inInterface` is. An error in `input`. Default: any. Updates in place.
   */
  outInterface?: InterfaceReference | undefined;
  /**
   * Matches packets from this address or network, or from one of a list: `["10.0.0.0/8", "192.168.0.0/16"]`. With `!` in
   * front of each, it matches packets from elsewhere. Default: any. Updates in place.
   */
  source?: pulumi.Input<string | string[] | undefined>;
  /**
   * Matches packets to this address or network, or to one of a list, given as `source` is. Addresses are those after
   * translation by a NAT rule. Default: any. Updates in place.
   */
  destination?: pulumi.Input<string | string[] | undefined>;
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
   * Matches ICMP of this type, or of one of a list, by the names of nft(8): `echo-request`, `["nd-neighbor-solicit",
   * "nd-neighbor-advert"]`. An error without `protocol` `icmp` or `icmpv6`. Default: any. Updates in place.
   */
  icmpType?: pulumi.Input<string | string[] | undefined>;
  /**
   * Matches packets of connections in this state, or in one of a list: `new`, `established`, `related`, `invalid`,
   * `untracked`. See iptables-extensions(8) under conntrack. Default: any. Updates in place.
   */
  state?: pulumi.Input<string | string[] | undefined>;
  /**
   * Fate of the packets: `accept` lets them pass this stack's rules; `drop` drops them silently; `reject` drops them and
   * tells the sender; `log` writes a line to the kernel's log and continues with the next rule. Updates in place.
   */
  verdict: pulumi.Input<"accept" | "drop" | "reject" | "log">;
  /**
   * Answer to the sender of a rejected packet: `port-unreachable`, `host-unreachable`, `net-unreachable`, `admin-prohibited`
   * (ICMP, RFC 792 and RFC 4443), or `tcp-reset` for `protocol` `tcp`. Default: `port-unreachable`; none for other verdicts.
   * Updates in place.
   */
  rejectWith?: pulumi.Input<
    "port-unreachable" | "host-unreachable" | "net-unreachable" | "admin-prohibited" | "tcp-reset" | undefined
  >;
  /** Beginning of each log line, 1 to 29 ASCII characters: `"dropped: "`. Default: none. Updates in place. */
  logPrefix?: pulumi.Input<string | undefined>;
  /**
   * Severity of the log line: `emerg`, `alert`, `crit`, `err`, `warn`, `notice`, `info` or `debug`. See syslog(3). Default:
   * `warn`; none for other verdicts. Updates in place.
   */
  logLevel?: pulumi.Input<
    "emerg" | "alert" | "crit" | "err" | "warn" | "notice" | "info" | "debug" | undefined
  >;
  /**
   * Puts the rule into Docker's chain `DOCKER-USER`, which Docker asks before its own rules and leaves alone. For chain
   * `forward` and backend `iptables`; the chain must exist. Default: false. Updates in place.
   */
  dockerUser?: pulumi.Input<boolean | undefined>;
}

/**
 * A packet filter rule in the kernel: accept, drop, reject or log, by nftables, iptables or firewalld. See nft(8),
 * iptables-extensions(8) and firewalld.policies(5).
 */
export class FilterRule extends NetnsResource {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, `filter` with iptables, `firewalld` with firewalld. */
  declare readonly table: pulumi.Output<string>;

  constructor(name: string, args: FilterRuleArgs, options?: pulumi.CustomResourceOptions) {
    const machine = machineOf(`FilterRule "${name}"`, args, options, [
      ["namespace", args.namespace, "namespace"],
      ["inInterface", args.inInterface, "link"],
      ["outInterface", args.outInterface, "link"],
    ]);
    const named = [args.inInterface, args.outInterface];
    const { links, place } = resolveLinks(machine, `FilterRule "${name}"`, named, args.namespace);
    const [inInterface, outInterface] = links.map((link) => link?.name);
    const inputs = { ...args, namespace: place.name, inInterface, outInterface };
    super("FilterRule", name, inputs, ["table"], { machine, deletedWith: [place.resource] }, options);
  }
}
