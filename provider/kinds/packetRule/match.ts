import type { Protocol } from "../../linux/protocols";

/** The fields of a packet that a rule matches, expressed as arguments. An absent field matches everything. */
export interface PacketMatch {
  /** A network. A leading `!` matches everything outside it. */
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  /** The type of the destination for the kernel: one of the host's own addresses, or not a multicast group. */
  readonly destinationType?: "local" | "!multicast" | undefined;
  /** The name of a link. A trailing `*` matches any rest, and a leading `!` all other links. */
  readonly inInterface?: string | undefined;
  readonly outInterface?: string | undefined;
  readonly protocol?: Protocol | undefined;
  readonly port?: number | string | number[] | undefined;
  readonly sourcePort?: number | string | number[] | undefined;
  /** Matches only connections with a translated destination. */
  readonly isForwarded?: true | undefined;
  /** Networks, for backends with room for several. Either all have a leading `!` or none. */
  readonly sources?: readonly string[] | undefined;
  readonly destinations?: readonly string[] | undefined;
  /** ICMP types, which imply the protocol. */
  readonly icmpTypes?: readonly string[] | undefined;
  readonly states?: readonly string[] | undefined;
}

export const MATCH_FIELDS = [
  "source",
  "destination",
  "destinationType",
  "inInterface",
  "outInterface",
  "protocol",
  "port",
  "sourcePort",
  "isForwarded",
] as const;

/** The meaning of one word or expression of a listed rule. `undefined` if it is unknown. */
export interface Part<T> {
  readonly text: string;
  readonly says: T | undefined;
}

/** A listed rule: its arguments, and the rest in the words of the tool. */
export type Listed<T> = T & { readonly rest: readonly string[] };

/** Combines the parts of a rule. Unknown or repeated parts stay in the words of the tool. */
export function combine<T extends PacketMatch>(
  parts: readonly Part<T>[],
  fields: readonly (keyof T)[],
): Listed<Partial<T>> {
  let known: Partial<T> = {};
  const rest: string[] = [];
  for (const { text, says } of parts) {
    const read = says === undefined ? [] : fields.filter((field) => says[field] !== undefined);
    // Each port repeats the protocol.
    const isNew = (field: keyof T) =>
      known[field] === undefined || (field === "protocol" && known[field] === says?.[field]);
    if (read.length > 0 && read.every(isNew)) known = { ...known, ...says };
    else rest.push(text);
  }
  return { ...known, rest };
}
