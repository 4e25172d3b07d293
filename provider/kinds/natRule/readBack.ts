import { isDeepStrictEqual } from "node:util";
import type { Family } from "../../linux/ip";
import type { NatRuleArgs } from "./args";
import { type ObservedRule, pair, type RuleSpec, says } from "./ruleSpecs";

const ANY: Readonly<Record<Family, string>> = { ipv4: "0.0.0.0/0", ipv6: "::/0" };

/** The arguments that a rule in the kernel can express. */
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

type Pair = { readonly spec: RuleSpec; readonly observed: ObservedRule };

/**
 * Returns the rules as arguments. Among several rules, the one that differs counts. `to` also lists missing and surplus
 * rules, and settings that no argument can express.
 */
export function observedArgs(found: readonly ObservedRule[], wanted: readonly RuleSpec[], args: NatRuleArgs) {
  const { pairs, surplus } = pair(found, wanted);
  const complete = pairs.flatMap(({ spec, observed }) => (observed ? [{ spec, observed }] : []));
  const lacking = pairs.flatMap(({ spec, observed }) => (observed ? [] : [spec]));
  const main = complete.filter(({ spec }) => spec.for === "to");
  const of = <F extends (typeof SAID)[number] & keyof ObservedRule>(field: F) => {
    const other = main.find(({ spec, observed }) => !isDeepStrictEqual(observed[field], spec[field]));
    return other ? other.observed[field] : args[field];
  };
  const notes = [
    ...main.flatMap(notesOn),
    ...lacking.filter((spec) => spec.for === "to").map(({ chain }) => `nothing in ${chain}`),
    ...surplus.map(({ chain }) => `one too many in ${chain}`),
    ...complete.filter(({ spec, observed }) => spec.for !== "to" && !says(observed, spec)).map(noteOnOther),
    ...complete.flatMap(({ observed }) => observed.obstacles),
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
  const isToHost = ({ spec, observed }: Pair) =>
    observed.destination === spec.destination &&
    (observed.destinationType === spec.destinationType || spec.destinationType !== "local");
  const other = main.find((one) => !isToHost(one))?.observed;
  if (!other) return destination;
  // An unset target means the host's addresses, which is not what was found.
  return other.destination ?? (kind === "dnat" ? ANY[family] : undefined);
}

function notesOn({ spec, observed }: Pair): (string | undefined)[] {
  const isOther = (field: "destinationType" | "isForwarded" | "firstPort") => observed[field] !== spec[field];
  const types = { local: "only to addresses of the host", "!multicast": "not to multicast" };
  return [
    ...(isOther("destinationType") && observed.destinationType ? [types[observed.destinationType]] : []),
    ...(spec.destinationType === "!multicast" && !observed.destinationType ? ["to multicast as well"] : []),
    ...(isOther("isForwarded") ? ["only of forwarded connections"] : []),
    ...(isOther("firstPort") ? [`ports from ${observed.firstPort ?? "any"} on`] : []),
    ...(observed.rest.length > 0 ? [`and ${observed.rest.join(" ")}`] : []),
    ...(observed.kind === undefined || observed.kind === "drop" ? ["translates nothing"] : []),
  ];
}

/** Returns the differences in the rules for `hairpin` and `routeLocalnet`, as values of these arguments. */
function noteOnOther({ spec, observed }: Pair): string | undefined {
  const where = spec.for === "hairpin" ? "source" : spec.chain === "raw" ? "inInterface" : "outInterface";
  // For a target that is a range, the network stands for both ends.
  const destination = spec.destination === spec.source ? observed.source : spec.destination;
  const moved = { ...spec, [where]: observed[where], destination };
  return says(observed, moved) ? undefined : `${spec.for} differs in ${spec.chain}`;
}

function hairpinOf(complete: readonly Pair[], lacking: readonly RuleSpec[], { hairpin }: NatRuleArgs) {
  if (lacking.some((spec) => spec.for === "hairpin")) return false;
  const other = complete.find(
    ({ spec, observed }) => spec.for === "hairpin" && observed.source !== spec.source,
  );
  return other ? (other.observed.source ?? true) : hairpin;
}

function linkOf(complete: readonly Pair[], lacking: readonly RuleSpec[], { routeLocalnet }: NatRuleArgs) {
  if (lacking.some((spec) => spec.for === "routeLocalnet")) return undefined;
  const other = complete.find(
    ({ spec, observed }) => spec.chain === "raw" && observed.inInterface !== spec.inInterface,
  );
  return other ? other.observed.inInterface : routeLocalnet;
}
