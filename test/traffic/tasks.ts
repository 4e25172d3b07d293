/** The tasks of agents and their replies. */

export type Protocol = "tcp" | "udp" | "icmp" | "sctp";

export interface Serve {
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly port: number;
  /** Default: all addresses. */
  readonly address?: string;
  /** A multicast group to join. */
  readonly group?: { readonly address: string; readonly link: string };
}

export interface Ask {
  readonly protocol: Protocol;
  readonly to: string;
  readonly port: number;
  /** Milliseconds to wait for an answer. */
  readonly patience: number;
}

/** A word to a multicast group, by a link, from an address that is not of that link. */
export interface Shout {
  readonly from: string;
  readonly link: string;
  readonly to: string;
  readonly port: number;
  readonly word: string;
}

/** The server's name and port, and the client's address as the server saw it. A ping has neither. */
export interface Answer {
  readonly name: string;
  readonly port: number;
  readonly peer: string;
}

export type Task =
  | { readonly servers: readonly Serve[] }
  | { readonly ask: Ask }
  | { readonly shout: Shout }
  /** The sender of that word. */
  | { readonly heard: string };

export interface Reply {
  readonly id: number;
  readonly result?: Answer | string | undefined;
  readonly error?: string;
}
