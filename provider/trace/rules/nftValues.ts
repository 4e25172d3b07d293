import type { Selector, Word } from "../../linux/read/nft/expressions";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { type Packet, type Passage, stateOf } from "../packet";

/** What a rule of nftables finds where it looks. */
export type Value =
  /** Several words where more than one would do. */
  | { readonly is: "known"; readonly words: readonly Word[] }
  /** Only a real packet has it. */
  | { readonly is: "unknown" }
  /** The packet has no such thing: the rule does not match, whatever it asks for. */
  | { readonly is: "absent" };

const UNKNOWN: Value = { is: "unknown" };
const ABSENT: Value = { is: "absent" };

const known = (...words: readonly (Word | undefined)[]): Value =>
  words.includes(undefined)
    ? UNKNOWN
    : { is: "known", words: words.flatMap((one) => (one === undefined ? [] : [one])) };

/** What a selector finds in a packet; of a concatenation, only whether all parts are there. */
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
    // Where there is no link, the kernel compares with an empty name.
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

/** The family as nft names it. */
const nameOf = (packet: Packet): string => (isArp(packet) ? "arp" : NFT_FAMILIES[packet.family]);

const isArp = ({ family, discovery }: Packet): boolean => family === "ipv4" && discovery !== undefined;

/**
 * A field of a header. nft lets such a rule match only packets that have the header, and leaves that out of what it
 * lists.
 */
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

/** ARP has neither the header of IP nor any above it. */
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

/** `th` names no protocol: of a ping, it takes type and code for the source port, and the checksum for the other. */
function icmpAsPorts(field: string, { family, isReply, discovery }: Packet): Value {
  const [request, reply] = family === "ipv4" ? [8, 0] : [128, 129];
  if (discovery) return field === "sport" ? known(256 * (discovery === "request" ? 135 : 136)) : UNKNOWN;
  return field === "sport" ? known(256 * (isReply ? reply : request)) : UNKNOWN;
}

function ctOf(key: string, packet: Packet): Value {
  if (key === "state") return known(stateOf(packet));
  if (packet.tracking) return ABSENT;
  // Translation is decided before the filters are asked; a packet that goes on is none of its own.
  return key === "direction" ? known(packet.isReply ? "reply" : "original") : UNKNOWN;
}

function addressType(flags: readonly string[], { packet, local }: Passage): Value {
  const address = flags.includes("saddr") ? packet.source : packet.destination;
  if (!local.includes(address)) return known("unicast");
  // An address of the place may be one of another link.
  return flags.includes("iif") || flags.includes("oif") ? UNKNOWN : known("local");
}
