import type { Family } from "../linux/ip";

export type Protocol = "icmp" | "tcp" | "udp";

/** A request for the MAC address of a neighbour, by ARP or neighbour discovery, or its answer. */
export type Discovery = "request" | "answer";

/** A packet at one point of its path. Unknown properties are absent; trace cannot judge rules that match them. */
export interface Packet {
  readonly family: Family;
  readonly protocol: Protocol;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort?: number | undefined;
  readonly port?: number | undefined;
  /** Whether it is an answer, which connection tracking knows and NAT translates back. */
  readonly isReply: boolean;
  /**
   * The reason why connection tracking ignores it. `off`: a rule excludes it. `lost`: the packet that it answers was
   * excluded.
   */
  readonly tracking?: "off" | "lost" | undefined;
  /** Set for neighbour discovery, which uses ARP for IPv4 and ICMPv6 for IPv6. */
  readonly discovery?: Discovery | undefined;
}

/** Returns the state of the packet in the words of `ct state`. */
export function stateOf({ isReply, tracking, protocol }: Packet): string {
  if (tracking === "off") return "untracked";
  // Only UDP can begin with an answer.
  if (tracking === "lost") return protocol === "udp" ? "new" : "invalid";
  return isReply ? "established" : "new";
}

/** A bridge, and the ports by which a packet enters and leaves. */
export interface Bridged {
  readonly bridge: string;
  readonly from: string;
  readonly to: string;
}

/** The packet and its links when a chain judges it. */
export interface Passage {
  readonly packet: Packet;
  /** The link that it enters by. Absent where it is sent. */
  readonly inInterface?: string | undefined;
  /** The link that it leaves by. Absent before routing, and at its destination. */
  readonly outInterface?: string | undefined;
  /** The bridge that it crosses. For IP rules, the bridge is both links. */
  readonly bridged?: Bridged;
  /** The addresses of the place. */
  readonly local: readonly string[];
}

/** `undefined` means unknown. */
export type Tri = boolean | undefined;

export function all(answers: readonly Tri[]): Tri {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

export function any(answers: readonly Tri[]): Tri {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

export const not = (answer: Tri): Tri => (answer === undefined ? undefined : !answer);

/** Returns the packet in words: `TCP to 10.1.0.2 port 80`. */
export function printPacket({ protocol, destination, port, source, discovery, family }: Packet): string {
  if (discovery) return `the ${DISCOVERIES[family][discovery]} from ${source} to ${destination}`;
  const where = port === undefined ? destination : `${destination} port ${port}`;
  return `${protocol.toUpperCase()} from ${source} to ${where}`;
}

const DISCOVERIES = {
  ipv4: { request: "ARP request", answer: "ARP reply" },
  ipv6: { request: "neighbour solicitation", answer: "neighbour advertisement" },
} as const;
