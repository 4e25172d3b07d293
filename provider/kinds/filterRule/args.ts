import { z } from "zod";
import { integer, namespaceName } from "../../fields/common";
import { connectionState, LOG_LEVELS, logPrefix, matchedIcmpType, REJECTIONS } from "../../fields/filter";
import { matchedInterface, matchedPort, protocol } from "../../fields/nat";
import { matchedNetworks } from "../../fields/networks";

export const FilterRuleArgs = z.object({
  /**
   * Which packets it is for: `input`, those to the namespace itself; `output`, those of the namespace itself; `forward`,
   * those that it passes on. Updates in place.
   */
  chain: z
    .enum(["input", "output", "forward"])
    // The rule may have been put elsewhere.
    .transform((chain): string => chain),
  /** Network namespace whose packets are filtered. Default: the host's own. Replaces. */
  namespace: namespaceName.optional(),
  /**
   * Where the rule is kept: `nftables`, in a table of this stack's own; `iptables`, in the chains that all share, before
   * what others have there; or `firewalld`, in a policy of its own, which firewalld asks before its zones. Default:
   * `nftables`. Replaces.
   */
  backend: z.enum(["nftables", "iptables", "firewalld"]).default("nftables"),
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces.
   */
  family: z.enum(["ipv4", "ipv6"]),
  /**
   * Where it stands among the rules of this stack in the same chain, -9999 to 9999: the lowest is asked first, of equals
   * the one made first, and the first that fits decides. Default: 0. Updates in place.
   */
  priority: integer(-9999, 9999).default(0),
  /**
   * Only packets that come in by this interface: `eth0`, `veth*` for all names that start so, `!eth0` for all others. Not in
   * `output`. Default: any. Updates in place.
   */
  inInterface: matchedInterface.optional(),
  /** Only packets that leave by this interface, written as `inInterface` is. Not in `input`. Default: any. Updates in place. */
  outInterface: matchedInterface.optional(),
  /**
   * Only packets from this address or network, or from one of a list, `["10.0.0.0/8", "192.168.0.0/16"]`; with `!` in front
   * of each, only those from elsewhere. A destination is that after translation. Default: any. Updates in place.
   */
  source: matchedNetworks.optional(),
  /** Only packets to this address or network, or to one of a list, written as `source` is. Default: any. Updates in place. */
  destination: matchedNetworks.optional(),
  /**
   * Only packets of this protocol: `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, `esp` or `ah`. Default: any. Updates in
   * place.
   */
  protocol: protocol.optional(),
  /**
   * Only packets to this port, a number; to a range, `"8000-8010"`; or to one of a list, `[80, 443]`. Needs a
   * `protocol` that has ports. Default: any. Updates in place.
   */
  port: matchedPort.optional(),
  /** Only packets from this port, range or one of a list, written as `port` is. Default: any. Updates in place. */
  sourcePort: matchedPort.optional(),
  /**
   * Only ICMP of this type, or of one of a list, by the names of nft(8): `echo-request`, `["nd-neighbor-solicit",
   * "nd-neighbor-advert"]`. Needs `protocol` `icmp` or `icmpv6`. Default: any. Updates in place.
   */
  icmpType: matchedIcmpType.optional(),
  /**
   * Only packets of connections in this state, or in one of a list: `new`, `established`, `related`, `invalid`,
   * `untracked`. Default: any. Updates in place.
   */
  state: connectionState.optional(),
  /**
   * What becomes of the packets: `accept` lets them pass this stack's rules; `drop` drops them silently; `reject` drops
   * them and tells the sender; `log` writes a line to the kernel's log, and goes on to the next rule. Updates in place.
   */
  verdict: z
    .enum(["accept", "drop", "reject", "log"])
    // The kernel may have others.
    .transform((verdict): string => verdict),
  /**
   * What the sender of a rejected packet is told: `port-unreachable`, `host-unreachable`, `net-unreachable`,
   * `admin-prohibited` (ICMP, RFC 792 and RFC 4443), or `tcp-reset` for `protocol` `tcp`. Default: `port-unreachable`;
   * none for other verdicts. Updates in place.
   */
  rejectWith: z.enum(REJECTIONS).optional(),
  /** What a line of the log begins with, 1 to 29 letters of ASCII: `"dropped: "`. Default: none. Updates in place. */
  logPrefix: logPrefix.optional(),
  /**
   * Severity of the log line, as in syslog(3): `emerg`, `alert`, `crit`, `err`, `warn`, `notice`, `info`, `debug`. Default:
   * `warn`; none for other verdicts. Updates in place.
   */
  logLevel: z.enum(LOG_LEVELS).optional(),
  /**
   * Put the rule into Docker's chain `DOCKER-USER`, which Docker asks before its own rules and leaves alone; for chain
   * `forward` and backend `iptables`. The chain has to be there. Default: false. Updates in place.
   */
  dockerUser: z.boolean().default(false),
});

export type FilterRuleArgs = z.output<typeof FilterRuleArgs> & { mark: string };
