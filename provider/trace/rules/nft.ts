import type { Pattern, Selector } from "../../linux/read/nft/expressions";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { type NftRule, type NftSets, parseRuleset } from "../../linux/read/nft/ruleset";
import type { Elements, Statement, Target, Translation } from "../../linux/read/nft/statements";
import { all, type Passage, type Tri } from "../packet";
import type { Chain, Doubt, Rule, Verdict } from "./chain";
import { fits, isThere, matches, type Place } from "./nftMatch";
import { printStatement } from "./nftText";

/** Returns the chains in the output of `nft -j list ruleset`, none without output. */
export const parseNft = (text: string | undefined): Chain[] =>
  parseRuleset(text).map(({ family, table, name, type = "filter", hook, prio, policy, rules, names }) => ({
    ...{ tool: "nft" as const, family, table, name },
    rules: rules.map((rule) => toRule(rule, names)),
    ...(hook !== undefined && { base: { hook, type, priority: prio, policy } }),
  }));

function toRule({ statements, comment, packets }: NftRule, names: NftSets): Rule {
  return {
    text: statements.map(printStatement).join(" "),
    ...{ comment, packets },
    judge: (passage) => judgeStatements(statements, { passage, names }),
    untracks: statements.some(isNotrack)
      ? (passage) => getsToNotrack(statements, { passage, names })
      : undefined,
  };
}

const isNotrack = (statement: Statement): boolean => statement.is === "aside" && statement.word === "notrack";

const getsToNotrack = (statements: readonly Statement[], place: Place): Tri =>
  all(statements.slice(0, statements.findIndex(isNotrack)).map((one) => goesOn(one, place)));

/** Judges statements in order, as long as each lets the packet on. */
function judgeStatements(statements: readonly Statement[], place: Place): Verdict | Doubt | "nothing" {
  let isSure = true;
  for (const statement of statements) {
    const result = meet(statement, place);
    if (result === false) return "nothing";
    if (typeof result === "object") return isSure ? result : { does: "doubt", may: result };
    isSure &&= result === true;
  }
  const isOpen = statements.some((one) => isOpaque(one) || (one.is === "vmap" && !isSure));
  return isOpen ? { does: "doubt" } : "nothing";
}

/** Whether a statement may have an unknown effect: targets of iptables, queues, new addresses. */
function isOpaque(statement: Statement): boolean {
  if (statement.is !== "mangle") return statement.is === "other";
  const { key } = statement;
  return key.is === "payload" && /^[sd](addr|port)$/.test(key.field);
}

/** The decision of a statement: a verdict, or whether the next statement is judged. */
function meet(statement: Statement, place: Place): Verdict | Tri {
  switch (statement.is) {
    case "match":
      return matches(statement, place);
    case "accept":
    case "drop":
    case "return":
      return { does: statement.is };
    case "reject":
      return canReject(statement.type, place.passage) && { does: "reject" };
    case "jump":
    case "goto":
      return { does: statement.is, chain: statement.target };
    case "dnat":
    case "snat":
    case "masquerade":
    case "redirect":
      return translate(statement, place);
    case "vmap": {
      const found = lookUp(statement, place.names.verdictMaps, place);
      if (found === "nothing") return false;
      return found && meet(found, place);
    }
    case "limit":
      // The first packet after a pause passes, unless it exceeds the limit on its own.
      return statement.isOver || statement.unit === "bytes" ? undefined : true;
    case "quota":
    case "ct count":
    case "named":
    case "other":
      return undefined;
    case "set":
      return isThere(statement.key, place) && all(statement.statements.map((one) => goesOn(one, place)));
    case "mangle":
      return isThere(statement.key, place);
    default:
      return true;
  }
}

/** Whether a statement lets the packet on. */
function goesOn(statement: Statement, place: Place): Tri {
  const result = meet(statement, place);
  return typeof result === "object" ? undefined : result;
}

/** A reject matches only packets that its answer suits. nft does not list that match. */
function canReject(type: string | undefined, { packet }: Passage): boolean {
  switch (type) {
    case "tcp reset":
      return packet.protocol === "tcp";
    case "icmp":
      return packet.family === "ipv4";
    case "icmpv6":
      return packet.family === "ipv6";
    default:
      return true;
  }
}

/** Returns the value of a map for a packet, or `undefined` if it is unknown. */
function lookUp<T>(
  { key, elements }: { readonly key: Selector; readonly elements: Elements<T> },
  named: ReadonlyMap<string, Exclude<Elements<T>, string>>,
  place: Place,
): T | "nothing" | undefined {
  if (!isThere(key, place)) return "nothing";
  const candidates = typeof elements === "string" ? named.get(elements) : elements;
  for (const [pattern, value] of candidates ?? []) {
    const isIt = fits(key, pattern, place);
    if (isIt === undefined) return undefined;
    if (isIt) return value;
  }
  return candidates && "nothing";
}

/** A rule that cannot translate the packet does not match. */
function translate({ is, family, addr, port, isNetmap }: Translation, place: Place): Verdict | false {
  const own = NFT_FAMILIES[place.passage.packet.family];
  const target = targetOf(addr, place);
  const to = wordIn(target);
  const toPort = wordIn(targetOf(port, place));
  if ((family !== undefined && family !== own) || to === "nothing" || toPort === "nothing") return false;
  if (is === "masquerade") return { does: is };
  if (isNetmap && is !== "redirect" && typeof target === "object" && target.is === "prefix")
    return { does: is, network: target.network };
  const ported = { port: typeof toPort?.word === "number" ? toPort.word : undefined };
  return is === "redirect"
    ? { does: is, ...ported }
    : { does: is, to: typeof to?.word === "string" ? to.word : undefined, ...ported };
}

/** Returns the new value for a packet, from a map if there is one, or `undefined` if it is unknown. */
const targetOf = (target: Target | undefined, place: Place): Pattern | "nothing" | undefined =>
  target?.is === "map" ? lookUp(target, new Map(), place) : target;

/** Returns the single address or port, or `undefined` if there is not exactly one. */
const wordIn = (pattern: Pattern | "nothing" | undefined) =>
  pattern === undefined || pattern === "nothing" || pattern.is === "word" ? pattern : undefined;
