import { isDeepStrictEqual } from "node:util";
import type { Family } from "../fields/common";
import { isAny, type Protocol } from "../fields/nat";
import type { NatRuleArgs } from "../resources/natRule";

export type Chain = "prerouting" | "output" | "postrouting";
export type Kind = "masquerade" | "snat" | "dnat" | "redirect";

/** What a rule in one chain says, in the words of the arguments; what is absent is not looked at. */
export interface NatMatch {
  readonly kind?: Kind | undefined;
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  /** Only packets to the host's own addresses. */
  readonly local?: true | undefined;
  readonly inInterface?: string | undefined;
  readonly outInterface?: string | undefined;
  readonly protocol?: Protocol | undefined;
  readonly port?: number | string | number[] | undefined;
  readonly sourcePort?: number | string | number[] | undefined;
  readonly to?: string | undefined;
}

/** A rule to be made. One resource may take several, each in a chain of its own. */
export interface Leg extends NatMatch {
  readonly chain: Chain;
  readonly kind: Kind;
}

/** What is enough to name a resource and to find its rules. */
export interface Marked {
  readonly kind: Kind;
  readonly family: Family;
  readonly mark: string;
}

/** A rule as it is in the kernel. */
export interface FoundLeg extends NatMatch {
  readonly chain: string;
  /** What it says besides, in the tool's own words. */
  readonly rest: readonly string[];
}

/** The arguments that a rule in the kernel says. */
export const SAID = [
  "kind",
  "source",
  "destination",
  "inInterface",
  "outInterface",
  "protocol",
  "port",
  "sourcePort",
  "to",
] as const;

const FIELDS = [...SAID, "local"] as const;

/** One word or expression of a rule, and what it says; `undefined` where that is not known. */
export interface Part {
  readonly text: string;
  readonly says: NatMatch | undefined;
}

/** A rule out of its parts. What is not known, or said a second time, is kept as it stands. */
export function combine(parts: readonly Part[]): Omit<FoundLeg, "chain"> {
  let leg: NatMatch = {};
  const rest: string[] = [];
  for (const { text, says = {} } of parts) {
    const told = FIELDS.filter((field) => says[field] !== undefined);
    // Each port tells the protocol once more.
    const isNew = (field: keyof NatMatch) =>
      leg[field] === undefined || (field === "protocol" && leg[field] === says[field]);
    if (told.length > 0 && told.every(isNew)) leg = { ...leg, ...says };
    else rest.push(text);
  }
  return { ...leg, rest };
}

/** Packets of the host to itself, which never get to another one. */
const LOOPBACK: Readonly<Record<Family, string>> = { ipv4: "127.0.0.0/8", ipv6: "::1/128" };
const ANY: Readonly<Record<Family, string>> = { ipv4: "0.0.0.0/0", ipv6: "::/0" };

/** The rules that make up a resource. */
export function legs(args: NatRuleArgs): Leg[] {
  const { kind, family, source, destination, inInterface, outInterface, protocol, port, sourcePort, to } =
    args;
  const match = {
    kind,
    source: isAny(source) ? undefined : source,
    // A forward meant for the host's addresses must not take what it routes to others, nor its services on localhost.
    ...(kind === "dnat" && destination === undefined
      ? { destination: `!${LOOPBACK[family]}`, local: true as const }
      : { destination: isAny(destination) ? undefined : destination }),
    inInterface,
    outInterface,
    protocol,
    port,
    sourcePort,
    to,
  };
  return chainsOf(args).map((chain) => ({ chain, ...match }));
}

/** Packets of the host itself pass `output` and not `prerouting`; they come in by no interface. */
function chainsOf({ kind, inInterface }: NatRuleArgs): Chain[] {
  if (kind === "masquerade" || kind === "snat") return ["postrouting"];
  return kind === "dnat" && inInterface === undefined ? ["prerouting", "output"] : ["prerouting"];
}

type Fields = Omit<NatMatch, "local">;

/**
 * What was found, in the words of the arguments. Of several rules the one that is not as asked counts; what no argument
 * can say, a rule missing and a rule too many are told in `to`.
 */
export function seenArgs(found: readonly FoundLeg[], args: NatRuleArgs) {
  const seen = found.map((leg) => fieldsOf(leg, args));
  const of = <F extends keyof Fields>(field: F): Fields[F] => {
    const other = seen.find((fields) => !isDeepStrictEqual(fields[field], args[field]));
    return other ? other[field] : args[field];
  };
  const notes = [...new Set([...found.flatMap((leg) => restNotes(leg, args)), ...chainNotes(found, args)])];
  const to = [of("to") ?? [], notes.length > 0 ? `(${notes.join("; ")})` : []].flat().join(" ");
  return {
    kind: of("kind"),
    source: of("source"),
    destination: of("destination"),
    inInterface: of("inInterface"),
    outInterface: of("outInterface"),
    protocol: of("protocol"),
    port: of("port"),
    sourcePort: of("sourcePort"),
    to: to === "" ? undefined : to,
  };
}

function fieldsOf({ local, chain, rest, ...match }: FoundLeg, args: NatRuleArgs): Fields {
  const any = args.kind === "dnat" ? ANY[args.family] : undefined;
  const unlimited = isAny(args.destination) ? args.destination : any;
  return {
    ...match,
    kind: match.kind ?? args.kind,
    source: match.source ?? (isAny(args.source) ? args.source : undefined),
    destination: isToHost({ local, ...match }, args) ? undefined : (match.destination ?? unlimited),
  };
}

/** Whether it is limited to the host's addresses just as `legs` does it. */
const isToHost = ({ local, destination }: NatMatch, { kind, family }: NatRuleArgs): boolean =>
  kind === "dnat" && local === true && destination === `!${LOOPBACK[family]}`;

function restNotes({ rest, ...match }: FoundLeg, args: NatRuleArgs): string[] {
  return [
    ...(match.local && !isToHost(match, args) ? ["only to addresses of the host"] : []),
    ...(rest.length > 0 ? [`and ${rest.join(" ")}`] : []),
    ...(match.kind ? [] : ["translates nothing"]),
  ];
}

function chainNotes(found: readonly FoundLeg[], args: NatRuleArgs): string[] {
  const asked: string[] = chainsOf(args);
  const there = found.map(({ chain }) => chain);
  const isExtra = (chain: string, at: number) => !asked.includes(chain) || there.indexOf(chain) !== at;
  return [
    ...asked.filter((chain) => !there.includes(chain)).map((chain) => `nothing in ${chain}`),
    ...there.filter(isExtra).map((chain) => `one too many in ${chain}`),
  ];
}
