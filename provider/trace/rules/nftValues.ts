import type { Selector, Word } from "../../linux/read/nft/expressions";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { type Packet, type Passage, stateOf } from "../packet";

/** The value of a selector in a packet. */
export type Value =
  /** Several words if each of them matches. */
  | { readonly is: "known"; readonly words: readonly Word[] }
  /** Only a real packet has the value. */
  | { readonly is: "unknown" }
  /** The packet lacks the field, so the rule does not match. */
  | { readonly is: "absent" };

const UNKNOWN: Value = { is: "unknown" };
const ABSENT: Value = { is: "absent" };

const known = (...words: readonly (Word | undefined)[]): Value =>
  words.includes(undefined)
    ? UNKNOWN
    : { is: "known", words: words.flatMap((one) => (one === undefined ? [] : [one])) };

/** Returns the value of a selector in a packet. For a concatenation, only whether all parts exist. */
export function valueIn(selector: Selector, passage: Passage): Value {
  switch (selector.is) {
    case "meta":
      return metaOf(selector.key, passage);
    case "payload":
      return payloadOf(selector.protocol, selector.field, passage);
    case "ct":
      return ctOf(selector.key, passage.packet);
    case "fib":
      return selector.result === "type" ? addressType(selector.flags, passage) : UNKNOWN;
    case "concat":
      return selector.parts.some((part) => valueIn(part, passage).is === "absent") ? ABSENT : UNKNOWN;
    case "bits":
      return valueIn(selector.of, passage).is === "absent" ? ABSENT : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function metaOf(key: string, { packet, inInterface, outInterface, bridged }: Passage): Value {
  switch (key) {
    // Without a link, the kernel compares with an empty name.
    case "iifname":
    case "iif":
      return known(inInterface ?? "");
    case "oifname":
    case "oif":
      return known(outInterface ?? "");
    case "l4proto":
      return protocolOf(packet);
    case "nfproto":
      return known(packet.family);
    case "protocol":
      return known(nameOf(packet));
    case "pkttype":
      return known("host", "unicast");
    case "ibrname":
    case "obrname":
      return known(bridged?.bridge ?? "");
    default:
      return UNKNOWN;
  }
}

const PROTOCOLS = { icmp: 1, tcp: 6, udp: 17 } as const;

function protocolOf(packet: Packet): Value {
  const { family, protocol } = packet;
  if (isArp(packet)) return ABSENT;
  return family === "ipv6" && protocol === "icmp"
    ? known("ipv6-icmp", "icmpv6", 58)
    : known(protocol, PROTOCOLS[protocol]);
}

/** The family by its name in nft. */
const nameOf = (packet: Packet): string => (isArp(packet) ? "arp" : NFT_FAMILIES[packet.family]);

const isArp = ({ family, discovery }: Packet): boolean => family === "ipv4" && discovery !== undefined;

/** A field of a header. The rule matches only packets with that header. nft does not list that match. */
function payloadOf(protocol: string, field: string, { packet, bridged }: Passage): Value {
  if (isArp(packet)) return arpField(protocol, field, packet);
  switch (protocol) {
    case "ether":
      return bridged && field === "type" ? known(nameOf(packet)) : UNKNOWN;
    case "ip":
    case "ip6":
      return nameOf(packet) === protocol ? networkField(field, packet) : ABSENT;
    case "tcp":
    case "udp":
      return packet.protocol === protocol ? portOf(field, packet) : ABSENT;
    case "th":
      return packet.protocol === "icmp" ? icmpAsPorts(field, packet) : portOf(field, packet);
    case "icmp":
    case "icmpv6":
      if (packet.protocol !== "icmp" || (nameOf(packet) === "ip") !== (protocol === "icmp")) return ABSENT;
      return icmpField(field, packet);
    case "sctp":
    case "dccp":
    case "udplite":
    case "esp":
    case "ah":
    case "comp":
    case "igmp":
    case "arp":
      return ABSENT;
    default:
      return UNKNOWN;
  }
}

/** ARP has no IP header and no transport header. */
function arpField(protocol: string, field: string, { discovery, source, destination }: Packet): Value {
  if (protocol === "ether") return field === "type" ? known("arp") : UNKNOWN;
  if (protocol !== "arp") return ABSENT;
  if (field === "operation") return known(discovery === "request" ? "request" : "reply");
  if (field === "saddr ip") return known(source);
  return field === "daddr ip" ? known(destination) : UNKNOWN;
}

function networkField(field: string, packet: Packet): Value {
  switch (field) {
    case "saddr":
      return known(packet.source);
    case "daddr":
      return known(packet.destination);
    case "protocol":
    case "nexthdr":
      return protocolOf(packet);
    default:
      return UNKNOWN;
  }
}

function portOf(field: string, { port, sourcePort }: Packet): Value {
  if (field === "dport") return known(port);
  return field === "sport" ? known(sourcePort) : UNKNOWN;
}

function icmpField(field: string, { isReply, discovery }: Packet): Value {
  if (discovery && field === "type")
    return known(discovery === "request" ? "nd-neighbor-solicit" : "nd-neighbor-advert");
  if (field === "type") return known(isReply ? "echo-reply" : "echo-request");
  return field === "code" ? known(0) : UNKNOWN;
}

/**
 * `th` matches any protocol. Of a ping, it reads type and code as the source port, and the checksum as the destination
 * port.
 */
function icmpAsPorts(field: string, { family, isReply, discovery }: Packet): Value {
  const [request, reply] = family === "ipv4" ? [8, 0] : [128, 129];
  if (discovery) return field === "sport" ? known(256 * (discovery === "request" ? 135 : 136)) : UNKNOWN;
  return field === "sport" ? known(256 * (isReply ? reply : request)) : UNKNOWN;
}

function ctOf(key: string, packet: Packet): Value {
  if (key === "state") return known(stateOf(packet));
  if (packet.tracking) return ABSENT;
  // Routing precedes the filters, and a forwarded packet is not for a local socket.
  return key === "direction" ? known(packet.isReply ? "reply" : "original") : UNKNOWN;
}

function addressType(flags: readonly string[], { packet, local }: Passage): Value {
  const address = flags.includes("saddr") ? packet.source : packet.destination;
  if (!local.includes(address)) return known("unicast");
  // The address may belong to another link.
  return flags.includes("iif") || flags.includes("oif") ? UNKNOWN : known("local");
}
