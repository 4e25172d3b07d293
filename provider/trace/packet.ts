import type { Family } from "../linux/ip";

export type Protocol = "icmp" | "tcp" | "udp";

/** A question for the MAC address of a neighbour, by ARP or neighbour discovery, or its answer. */
export type Discovery = "request" | "answer";

/** A packet as it is somewhere on its way. What is not known of it is left out: a rule that asks for it stays in doubt. */
export interface Packet {
  readonly family: Family;
  readonly protocol: Protocol;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort?: number | undefined;
  readonly port?: number | undefined;
  /** Whether it answers another: connection tracking knows it, and NAT undoes what it did. */
  readonly isReply: boolean;
  /**
   * What connection tracking does not do where the packet is: `off`, a rule keeps it away; `lost`, it answers one that was
   * kept away, so that its connection is not known.
   */
  readonly tracking?: "off" | "lost" | undefined;
  /** Set where it is no packet for somebody, but finds a neighbour: by ARP, or of IPv6 by ICMP. */
  readonly discovery?: Discovery | undefined;
}

/** What connection tracking takes the packet for, in the words of `ct state`. */
export function stateOf({ isReply, tracking, protocol }: Packet): string {
  if (tracking === "off") return "untracked";
  // Nothing but UDP begins with an answer.
  if (tracking === "lost") return protocol === "udp" ? "new" : "invalid";
  return isReply ? "established" : "new";
}

/** A bridge, and its ports by which a packet comes in and leaves. */
export interface Bridged {
  readonly bridge: string;
  readonly from: string;
  readonly to: string;
}

/** Where a packet is when a chain judges it. */
export interface Passage {
  readonly packet: Packet;
  /** Link it came in by; absent where it was made. */
  readonly inInterface?: string | undefined;
  /** Link it leaves by; absent before that is decided, and where it stays. */
  readonly outInterface?: string | undefined;
  /** What it only crosses: to rules for IP, the bridge is both links. */
  readonly bridged?: Bridged;
  /** Own addresses of the place, to tell what is local. */
  readonly local: readonly string[];
}

/** `true`, `false`, or `undefined` where it cannot be told. */
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

/** The packet in words: `TCP to 10.1.0.2 port 80`. */
export function printPacket({ protocol, destination, port, source, discovery, family }: Packet): string {
  if (discovery) return `the ${DISCOVERIES[family][discovery]} from ${source} to ${destination}`;
  const where = port === undefined ? destination : `${destination} port ${port}`;
  return `${protocol.toUpperCase()} from ${source} to ${where}`;
}

const DISCOVERIES = {
  ipv4: { request: "ARP request", answer: "ARP reply" },
  ipv6: { request: "neighbour solicitation", answer: "neighbour advertisement" },
} as const;
