import { ASK, familyOption, ip } from "../../linux/command";
import { printFwmark } from "../../linux/fwmark";
import { PROTOCOL } from "../../linux/marks/protocol";
import { attemptOne, type Outcome, type Plan } from "../../linux/plan";
import { covers } from "../../linux/prefix";
import { portValue, protocolNumber } from "../../linux/protocols";
import { parsePolicyRules, type RuleInfo } from "../../linux/read/policyRule";
import { isRefusing } from "../../linux/read/route";
import { tableOf } from "../../linux/read/routeTables";
import { restored } from "../drift";
import type { Fault } from "../fault";
import { faultAt, type Journey } from "../journey";
import type { Place } from "../network/network";
import type { TableRoute } from "../network/placeDetails";
import { destinationOf, type Facts, MAIN, prefixOf, routeFor } from "../network/placeDetails";
import { type Args, ownerName } from "../owners";
import type { Packet } from "../packet";
import { inPlace, ipIn } from "../suggestions";

/** The properties of a packet that policy rules match. */
export interface Flow extends Pick<Packet, "family" | "protocol" | "destination" | "sourcePort" | "port"> {
  /** Absent until the kernel chooses it. */
  readonly source: string | undefined;
  /** The link that it enters by, or `lo`. */
  readonly iif: string;
}

/** The decision of the policy rules (`ip rule`) about a packet. */
export type Ruling =
  /** A rule drops it, or selects a route that does. */
  | { readonly by: "rule"; readonly rule: RuleInfo; readonly route?: TableRoute }
  /** A rule selects a route that delivers it. */
  | { readonly by: "route" }
  /** No rule selects a route for it. */
  | { readonly by: "nobody" }
  /** A rule has a selector that trace cannot judge. */
  | { readonly by: "untold" };

/** A packet of the place itself gets its source with the route, after the rules are asked. */
export const flowOf = (packet: Packet, inInterface: string | undefined): Flow => ({
  ...packet,
  source: inInterface !== undefined || packet.isReply ? packet.source : undefined,
  iif: inInterface ?? "lo",
});

/** Lists the rules of a place and judges them. Called only if the place does not forward the packet. */
export function* rulingAt({ name }: Place, facts: Facts, flow: Flow): Plan<Ruling> {
  const outcome = yield* attemptOne(ip(name, familyOption(flow.family), ...ASK, "rule", "show"));
  return outcome.isOk ? rulingOf(parsePolicyRules(outcome.text), facts, flow) : { by: "untold" };
}

/** Judges rules in the order of the kernel. */
export function rulingOf(rules: readonly RuleInfo[], facts: Pick<Facts, "routes">, flow: Flow): Ruling {
  const { destination } = flow;
  let isMainAsked = false;
  for (const rule of rules) {
    const isFor = isIdle(rule) ? false : fits(rule, flow);
    if (isFor === false) continue;
    if (isFor === undefined || rule.action === "none") return { by: "untold" };
    const route = rule.table === undefined ? undefined : routeIn(facts, rule, destination);
    isMainAsked ||= rule.table === MAIN;
    if (rule.action === "lookup" && !route) continue;
    if (route && (!isRefusing(route.type) || rule.table === MAIN)) return { by: "route" };
    // A rule that only catches packets without a route in main is not the cause.
    if (isMainAsked && !mainRoute(facts, destination)) return { by: "nobody" };
    return { by: "rule", rule, ...(route && { route }) };
  }
  return { by: "nobody" };
}

/** Returns the route of a rule's table that ends the search. */
function routeIn(
  facts: Pick<Facts, "routes">,
  { table, suppressPrefixlength = -1 }: RuleInfo,
  destination: string,
): TableRoute | undefined {
  const route = routeFor(facts, destination, table);
  return route && route.type !== "throw" && prefixOf(route, destination) > suppressPrefixlength
    ? route
    : undefined;
}

/** Returns the route of the main table that would deliver the packet. */
function mainRoute(facts: Pick<Facts, "routes">, destination: string): TableRoute | undefined {
  const route = routeFor(facts, destination);
  return route?.type === "unicast" ? route : undefined;
}

/** Whether a rule does nothing: `nop`, or a `goto` without a target. */
const isIdle = ({ more }: RuleInfo): boolean => more.includes("nop") || more.includes("unresolved");

/** Whether a rule matches a packet. `undefined` if it has further selectors. */
function fits(rule: RuleInfo, flow: Flow): boolean | undefined {
  const isMet = SELECTORS.every((selector) => selector(rule, flow));
  if (rule.more.length > 0) return isMet || rule.invert ? undefined : false;
  return isMet !== rule.invert;
}

/** Selectors as `ip route get` compares them: without a mark or type of service, for root, and bound to no link. */
const SELECTORS: readonly ((rule: RuleInfo, flow: Flow) => boolean)[] = [
  ({ from }, { source }) => from === undefined || (source !== undefined && covers(from, source)),
  ({ to }, { destination }) => to === undefined || covers(to, destination),
  (rule, { iif }) => rule.iif === undefined || rule.iif === iif,
  ({ oif }) => oif === undefined,
  ({ fwmark }) => fwmark === undefined || (fwmark.value & fwmark.mask) === 0,
  ({ ipproto }, flow) => ipproto === undefined || ipproto === String(numberOf(flow)),
  ({ sport }, { sourcePort }) => isWithin(sport, sourcePort),
  ({ dport }, { port }) => isWithin(dport, port),
  ({ uidrange }) => isWithin(uidrange, 0),
  ({ tos = 0 }) => tos === 0,
];

const isWithin = (range: readonly [number, number] | undefined, value: number | undefined): boolean =>
  range === undefined || (value !== undefined && range[0] <= value && value <= range[1]);

/** The number of the packet's protocol. */
export const numberOf = ({ family, protocol }: Pick<Packet, "family" | "protocol">): number =>
  protocolNumber(protocol === "icmp" && family === "ipv6" ? "icmpv6" : protocol);

/** A rule in the words that `ip rule add` takes. */
export function ruleWords(rule: RuleInfo): string {
  const word = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`${name} ${value}`];
  return [
    `pref ${rule.priority}`,
    ...(rule.invert ? ["not"] : []),
    ...[
      ...word("from", rule.from),
      ...word("to", rule.to),
      ...word("iif", rule.iif),
      ...word("oif", rule.oif),
    ],
    ...word("fwmark", rule.fwmark && printFwmark(rule.fwmark)),
    ...word("ipproto", rule.ipproto && (PROTOCOL_NAMES[rule.ipproto] ?? rule.ipproto)),
    ...word("sport", rule.sport && portValue(rule.sport)),
    ...word("dport", rule.dport && portValue(rule.dport)),
    ...word("uidrange", rule.uidrange?.join("-")),
    ...word("tos", rule.tos && `0x${rule.tos.toString(16)}`),
    ...(rule.table === undefined ? [rule.action] : word("lookup", tableOf(rule.table))),
    ...word("suppress_prefixlength", rule.suppressPrefixlength),
  ].join(" ");
}

/** Names as in /etc/protocols. */
const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "ipv6-icmp",
};

/** Explains how policy rules keep a packet from existing routes. */
export function explainRuling(
  journey: Journey,
  place: Place,
  facts: Facts,
  packet: Packet,
  ruling: Ruling,
): Fault | undefined {
  const main = mainRoute(facts, packet.destination);
  if (ruling.by === "rule") return droppedBy(journey, place, packet, ruling, main);
  return ruling.by === "nobody" && main ? mainIsLeftOut(journey, place, packet, main) : undefined;
}

function droppedBy(
  journey: Journey,
  place: Place,
  { family, destination }: Packet,
  { rule, route }: Extract<Ruling, { by: "rule" }>,
  main: TableRoute | undefined,
): Fault {
  const words = ruleWords(rule);
  const ofRule =
    rule.protocol === PROTOCOL ? journey.owners.ofPolicyRule(place, family, rule.priority) : undefined;
  const said = ofRule && journey.owners.argsOf(ofRule);
  const isOther = said !== undefined && (said["action"] !== rule.action || isOtherTable(said["table"], rule));
  const owner = ofRule ?? (route && ownerOfDead(journey, place, route, destination));
  const instead = main
    ? `, or add an earlier rule that looks up main, which has the route ${main.destination}`
    : "";
  return faultAt(journey, place, {
    cause: "policy-rule",
    reason: route
      ? `its policy rule \`${words}\` sends packets for ${destination} to the route ${route.destination} of that table, which is of type ${route.type} and blocks them`
      : `its policy rule \`${words}\` blocks packets for ${destination}`,
    fix: `${owner ? `change ${ownerName(owner)}` : "remove the rule"}${instead}`,
    code: owner ? undefined : `${ruleIn(place, family)} del ${words}`,
    owner,
    ...(ofRule && isOther && restored(ofRule)),
  });
}

const isOtherTable = (said: unknown, { table }: RuleInfo): boolean =>
  said !== (table === undefined ? undefined : tableOf(table));

const ownerOfDead = ({ owners }: Journey, place: Place, route: TableRoute, destination: string) =>
  route.protocol === PROTOCOL
    ? owners.ofRoute(place, destinationOf(route, destination), route.metric, tableOf(route.table))
    : undefined;

function mainIsLeftOut(
  journey: Journey,
  place: Place,
  { family, destination }: Packet,
  main: TableRoute,
): Fault {
  const six = family === "ipv6" ? 'family: "ipv6", ' : "";
  const isHere = (args: Args): boolean => args["namespace"] === place.name && args["family"] === family;
  const lost = journey.owners.find("PolicyRule", (args) => isHere(args) && args["table"] === "main");
  const other = journey.owners.ofPolicyRule(place, family, 32766);
  return faultAt(journey, place, {
    cause: "policy-rule",
    reason: `none of its policy rules sends packets for ${destination} to the table main, which has the route ${main.destination}`,
    fix: other ? `let ${ownerName(other)} look up main` : "add a PolicyRule that looks up main",
    code: other
      ? undefined
      : `new PolicyRule("…", { ${inPlace(place)}${six}priority: 32766, table: "main" });`,
    owner: other,
    ...(lost && restored(lost)),
  });
}

/** The kernel refuses a packet although the main table has a route for it. The reason is unknown. */
export function refusedThough(
  journey: Journey,
  place: Place,
  facts: Facts,
  { family, destination }: Packet,
  { by }: Ruling,
  outcome: Outcome,
): Fault | undefined {
  const main = mainRoute(facts, destination);
  if (!main) return undefined;
  const said = outcome.isOk ? "" : (/answers: (.*)/.exec(outcome.stderr)?.[1] ?? outcome.stderr.trim());
  const refused = `the kernel refuses packets for ${destination}${said && ` ("${said}")`}, although it has the route ${main.destination}`;
  const look = `check \`${ruleIn(place, family)}\``;
  return by === "untold"
    ? faultAt(journey, place, {
        cause: "policy-rule",
        reason: `${refused}: a policy rule may send them to another table than main`,
        fix: look,
      })
    : faultAt(journey, place, {
        cause: "unknown",
        reason: refused,
        fix: `${look}, the tables it names, rp_filter and the carriers of links`,
      });
}

const ruleIn = (place: Place, family: Packet["family"]): string =>
  `${ipIn(place)}${family === "ipv6" ? " -6" : ""} rule`;
