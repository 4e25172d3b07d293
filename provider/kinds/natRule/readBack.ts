import { isDeepStrictEqual } from "node:util";
import type { Family } from "../../linux/ip";
import type { NatRuleArgs } from "./args";
import { type FoundLeg, type Leg, pair, says } from "./ruleSpecs";

const ANY: Readonly<Record<Family, string>> = { ipv4: "0.0.0.0/0", ipv6: "::/0" };

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
  "priority",
  "hairpin",
  "routeLocalnet",
] as const;

type Pair = { readonly leg: Leg; readonly seen: FoundLeg };

/**
 * What was found, in the words of the arguments. Of several rules the one that is not as asked counts; what no argument
 * can say, a rule missing and a rule too many are told in `to`.
 */
export function seenArgs(found: readonly FoundLeg[], wanted: readonly Leg[], args: NatRuleArgs) {
  const { pairs, surplus } = pair(found, wanted);
  const complete = pairs.flatMap(({ leg, seen }) => (seen ? [{ leg, seen }] : []));
  const lacking = pairs.flatMap(({ leg, seen }) => (seen ? [] : [leg]));
  const main = complete.filter(({ leg }) => leg.for === "to");
  const of = <F extends (typeof SAID)[number] & keyof FoundLeg>(field: F) => {
    const other = main.find(({ leg, seen }) => !isDeepStrictEqual(seen[field], leg[field]));
    return other ? other.seen[field] : args[field];
  };
  const notes = [
    ...main.flatMap(notesOn),
    ...lacking.filter((leg) => leg.for === "to").map(({ chain }) => `nothing in ${chain}`),
    ...surplus.map(({ chain }) => `one too many in ${chain}`),
    ...complete.filter(({ leg, seen }) => leg.for !== "to" && !says(seen, leg)).map(noteOnOther),
    ...complete.flatMap(({ seen }) => seen.obstacles),
  ];
  const told = [...new Set(notes.filter((note) => note !== undefined))];
  const to = [of("to") ?? [], told.length > 0 ? `(${told.join("; ")})` : []].flat().join(" ");
  const kind = of("kind");
  return {
    kind: kind === undefined || kind === "drop" ? args.kind : kind,
    source: of("source"),
    destination: destinationOf(main, args),
    inInterface: of("inInterface"),
    outInterface: of("outInterface"),
    protocol: of("protocol"),
    port: of("port"),
    sourcePort: of("sourcePort"),
    to: to === "" ? undefined : to,
    priority: of("priority"),
    hairpin: hairpinOf(complete, lacking, args),
    routeLocalnet: linkOf(complete, lacking, args),
  };
}

function destinationOf(main: readonly Pair[], { destination, kind, family }: NatRuleArgs) {
  const isToHost = ({ leg, seen }: Pair) =>
    seen.destination === leg.destination &&
    (seen.destinationType === leg.destinationType || leg.destinationType !== "local");
  const other = main.find((one) => !isToHost(one))?.seen;
  if (!other) return destination;
  // Nothing asked for means the host's addresses, which is not what was found.
  return other.destination ?? (kind === "dnat" ? ANY[family] : undefined);
}

function notesOn({ leg, seen }: Pair): (string | undefined)[] {
  const isOther = (field: "destinationType" | "isForwarded" | "firstPort") => seen[field] !== leg[field];
  const types = { local: "only to addresses of the host", "!multicast": "not to multicast" };
  return [
    ...(isOther("destinationType") && seen.destinationType ? [types[seen.destinationType]] : []),
    ...(leg.destinationType === "!multicast" && !seen.destinationType ? ["to multicast as well"] : []),
    ...(isOther("isForwarded") ? ["only of forwarded connections"] : []),
    ...(isOther("firstPort") ? [`ports from ${seen.firstPort ?? "any"} on`] : []),
    ...(seen.rest.length > 0 ? [`and ${seen.rest.join(" ")}`] : []),
    ...(seen.kind === undefined || seen.kind === "drop" ? ["translates nothing"] : []),
  ];
}

/** What the rules for `hairpin` and `routeLocalnet` say otherwise; where they are for is told by these arguments. */
function noteOnOther({ leg, seen }: Pair): string | undefined {
  const where = leg.for === "hairpin" ? "source" : leg.chain === "raw" ? "inInterface" : "outInterface";
  // Of a target that is a range the network stands for both ends.
  const destination = leg.destination === leg.source ? seen.source : leg.destination;
  const moved = { ...leg, [where]: seen[where], destination };
  return says(seen, moved) ? undefined : `${leg.for} is otherwise in ${leg.chain}`;
}

function hairpinOf(complete: readonly Pair[], lacking: readonly Leg[], { hairpin }: NatRuleArgs) {
  if (lacking.some((leg) => leg.for === "hairpin")) return false;
  const other = complete.find(({ leg, seen }) => leg.for === "hairpin" && seen.source !== leg.source);
  return other ? (other.seen.source ?? true) : hairpin;
}

function linkOf(complete: readonly Pair[], lacking: readonly Leg[], { routeLocalnet }: NatRuleArgs) {
  if (lacking.some((leg) => leg.for === "routeLocalnet")) return undefined;
  const other = complete.find(({ leg, seen }) => leg.chain === "raw" && seen.inInterface !== leg.inInterface);
  return other ? other.seen.inInterface : routeLocalnet;
}
