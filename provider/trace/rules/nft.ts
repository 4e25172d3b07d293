import type { Pattern, Selector } from "../../linux/read/nft/expressions";
import { NFT_FAMILIES } from "../../linux/read/nft/families";
import { type NftRule, type NftSets, parseRuleset } from "../../linux/read/nft/ruleset";
import type { Elements, Statement, Target, Translation } from "../../linux/read/nft/statements";
import { all, type Passage, type Tri } from "../packet";
import type { Chain, Doubt, Rule, Verdict } from "./chain";
import { fits, isThere, matches, type Place } from "./nftMatch";
import { printStatement } from "./nftText";

/** The chains in the answer to `nft -j list ruleset`; none where there is none. */
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

/** One after the other, as far as each lets the packet on. */
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

/** Whether a statement may do something to the packet that cannot be told: targets of iptables, queues, new addresses. */
function isOpaque(statement: Statement): boolean {
  if (statement.is !== "mangle") return statement.is === "other";
  const { key } = statement;
  return key.is === "payload" && /^[sd](addr|port)$/.test(key.field);
}

/** What a statement makes of a packet: a verdict, or whether the next one is asked. */
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
      // The first packet after a quiet time passes, but not if it is larger than all that may pass.
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

/** nft lets a rule reject only what its answer is for, and leaves that match out of what it lists. */
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

/** What a map has for a packet; `undefined` where that cannot be told. */
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

/** Where it does not translate the packet, the rule does not match. */
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

/** What a packet is given, of a map what that has for it; `undefined` where it cannot be told. */
const targetOf = (target: Target | undefined, place: Place): Pattern | "nothing" | undefined =>
  target?.is === "map" ? lookUp(target, new Map(), place) : target;

/** The one address or port in it; `undefined` where there is none, or no single one. */
const wordIn = (pattern: Pattern | "nothing" | undefined) =>
  pattern === undefined || pattern === "nothing" || pattern.is === "word" ? pattern : undefined;
