import { z } from "zod";
import { integer, namespaceName, network } from "../../fields/common";
import { matchedInterface, matchedLink, matchedNetwork, matchedPort, protocol } from "../../fields/nat";
import { natTarget } from "../../fields/natTarget";

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, {
    error: ({ input }) =>
      input === undefined
        ? `is required: one of ${values.join(", ")}`
        : `is ${JSON.stringify(input)}, not one of ${values.join(", ")}`,
  });

export const NatRuleArgs = z.object({
  /**
   * What is translated. `masquerade`: the source, to the address of the interface a packet leaves by. `snat`: the
   * source, to `to`. `dnat`: the destination, to `to`. `redirect`: the destination, to port `to` of the host itself.
   * Replaces.
   */
  kind: oneOf("masquerade", "snat", "dnat", "redirect"),
  /** Network namespace whose packets are translated. Default: the host's own. Replaces. */
  namespace: namespaceName.optional(),
  /**
   * Where the rule is kept: `nftables`, in a table of this stack's own, or `iptables`, in the chains that all share.
   * Default: `nftables`. Replaces.
   */
  backend: oneOf("nftables", "iptables").default("nftables"),
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces.
   */
  family: oneOf("ipv4", "ipv6"),
  /**
   * Only packets from this address or network: `192.168.15.0/24`; with `!` in front, only those from elsewhere. The
   * addresses are those before translation. Default: any. Updates in place.
   */
  source: matchedNetwork.optional(),
  /**
   * Only packets to this address or network; with `!` in front, only those to elsewhere. `0.0.0.0/0` or `::/0` is
   * everywhere. Default: for `masquerade` with a `source` all but that source, so that packets within the network stay
   * as they are; multicast stays as it is too, unless this names it or is everywhere; for `dnat` the host's own
   * addresses except 127.0.0.0/8 and ::1, so that packets routed to others and services on localhost stay out of it; else
   * any. Updates in place.
   */
  destination: matchedNetwork.optional(),
  /**
   * Only packets that come in by this interface: `eth0`, `veth*` for all names that start so, `!eth0` for all others.
   * For `dnat` and `redirect`. A `dnat` with it leaves the host's own packets alone, as they come in by none.
   * Default: any. Updates in place.
   */
  inInterface: matchedInterface.optional(),
  /**
   * Only packets that leave by this interface: `eth0`, `veth*`, `!eth0`. For `masquerade` and `snat`. Default: for
   * `masquerade` of anything but a `source` network all but the loopback link, which has no address to put in; else
   * any. Updates in place.
   */
  outInterface: matchedInterface.optional(),
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
   * What is put in: for `snat` and `dnat` an address or a range of addresses, each with a port or a range of ports
   * where wanted (`192.168.15.2`, `192.168.15.2-192.168.15.9`, `192.168.15.2:80`, `[fd00::2]:8000-8010`), for `redirect` a
   * port or a range of ports. Without a port it stays the same. Of a range the kernel picks one for each connection; a
   * port that is in the range already stays. Two kinds of range are mapped one to one, in order: a network
   * (`192.168.15.0/24`) in place of one of the same size, which is the `destination` of a `dnat` and the `source` of an
   * `snat`; and for `dnat` ports of a range as long as that of `port`, at most 1024. Required, but for `masquerade`, which
   * takes none. Updates in place.
   */
  to: natTarget.optional(),
  /**
   * Where it stands among the rules of this stack that see the same packets, -99 to 99: the lowest is asked first, of
   * equals the one made first, and the first that fits decides. Below 0 it comes before the NAT rules that others keep at
   * the usual place (Docker, CNI), from 1 on after them; iptables keeps all in one list, where what others add
   * later may come before or after it. Default: 0. Updates in place.
   */
  priority: integer(-99, 99).default(0),
  /**
   * For `dnat`: whether the forward can be used from the network that `to` is in as well, `to` itself included. The host
   * then asks in its own name (masquerade), as an answer past it would not be taken for one. `true` means the
   * network on a link of the host that `to` is in, as it is when the rule is made; or name the network. Default: false.
   * Updates in place.
   */
  hairpin: z.union([z.boolean(), network], "is neither true, false nor a network").default(false),
  /**
   * For `dnat` over IPv4: the link by which packets of localhost may pass. Where `to` is elsewhere, the host's own
   * packets to 127.0.0.1 are forwarded as well, and this is the link that leads to `to`; where `to` is in 127.0.0.0/8,
   * packets that come in by this link reach it. Its parameter `route_localnet` is set (to 110, where it was 0) for as long as a
   * rule needs it, and whatever else comes in by it for 127.0.0.0/8 is dropped. Default: none, nothing on localhost is forwarded.
   * Replaces.
   */
  routeLocalnet: matchedLink.optional(),
});

export type NatRuleArgs = z.output<typeof NatRuleArgs> & { mark: string };
