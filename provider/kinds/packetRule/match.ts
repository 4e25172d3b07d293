import type { Protocol } from "../../linux/protocols";

/** What a rule looks at in a packet, in the words of arguments; what is absent is not looked at. */
export interface PacketMatch {
  /** A network; with `!` in front everything outside it. */
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  /** What the kernel takes the destination for: an address of the host's own, or no multicast group. */
  readonly destinationType?: "local" | "!multicast" | undefined;
  /** The name of a link; `*` at its end for all that start so, `!` in front for all others. */
  readonly inInterface?: string | undefined;
  readonly outInterface?: string | undefined;
  readonly protocol?: Protocol | undefined;
  readonly port?: number | string | number[] | undefined;
  readonly sourcePort?: number | string | number[] | undefined;
  /** Only packets of connections whose destination was translated. */
  readonly isForwarded?: true | undefined;
  /** Networks, all with a `!` in front or none; for what has room for several. */
  readonly sources?: readonly string[] | undefined;
  readonly destinations?: readonly string[] | undefined;
  /** Types of ICMP, which tell the protocol as well. */
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

/** One word or expression of a listed rule, and what it says; `undefined` where that is not known. */
export interface Part<T> {
  readonly text: string;
  readonly says: T | undefined;
}

/** A rule as it is listed: what it says in the words of arguments, and the rest in the tool's own. */
export type Listed<T> = T & { readonly rest: readonly string[] };

/** A rule out of its parts. What is not known, or said a second time, is kept as it stands. */
export function combine<T extends PacketMatch>(
  parts: readonly Part<T>[],
  fields: readonly (keyof T)[],
): Listed<Partial<T>> {
  let said: Partial<T> = {};
  const rest: string[] = [];
  for (const { text, says } of parts) {
    const told = says === undefined ? [] : fields.filter((field) => says[field] !== undefined);
    // Each port tells the protocol once more.
    const isNew = (field: keyof T) =>
      said[field] === undefined || (field === "protocol" && said[field] === says?.[field]);
    if (told.length > 0 && told.every(isNew)) said = { ...said, ...says };
    else rest.push(text);
  }
  return { ...said, rest };
}
