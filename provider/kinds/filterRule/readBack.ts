import { isDeepStrictEqual } from "node:util";
import { wordValue } from "../../fields/filter";
import { joinedSigned, networkValue } from "../../fields/networks";
import type { FilterRuleArgs } from "./args";
import { type FilterMatch, type FoundRule, wantedMatch } from "./match";

/** The arguments that a rule in the kernel can express. */
export const SAID = [
  ...(["chain", "dockerUser", "priority", "inInterface", "outInterface", "source", "destination"] as const),
  ...(["protocol", "port", "sourcePort", "icmpType", "state"] as const),
  ...(["verdict", "rejectWith", "logPrefix", "logLevel"] as const),
] as const;

/**
 * Returns the observed rules as arguments, given that there should be `count`. Among several rules, the one that
 * differs counts. `verdict` also lists missing and surplus rules, and settings that no argument can express.
 */
export function observedArgs(found: readonly FoundRule[], args: FilterRuleArgs, count: number) {
  const wanted = wantedMatch(args);
  const of = <F extends keyof FoundRule & keyof FilterRuleArgs>(field: F) => {
    const other = found.find((rule) => !isDeepStrictEqual(rule[field], args[field]));
    return other ? other[field] : args[field];
  };
  const types = union(found.map(({ icmpTypes }) => icmpTypes));
  const protocol = of("protocol");
  return {
    ...{ chain: of("chain"), dockerUser: of("dockerUser"), priority: of("priority") },
    ...{ inInterface: of("inInterface"), outInterface: of("outInterface") },
    source: networksIn(
      found.map(({ sources, source }) => sources ?? (source === undefined ? undefined : [source])),
    ),
    destination: networksIn(
      found.map(
        ({ destinations, destination }) =>
          destinations ?? (destination === undefined ? undefined : [destination]),
      ),
    ),
    // The type implies the protocol.
    protocol: types && protocol === undefined ? PROTOCOL[args.family] : protocol,
    ...{ port: of("port"), sourcePort: of("sourcePort") },
    icmpType: types && wordValue(types),
    state: stateIn(found, wanted),
    verdict: [of("verdict") ?? "none", ...notes(found, count)].join(" "),
    ...{ rejectWith: of("rejectWith"), logPrefix: of("logPrefix"), logLevel: of("logLevel") },
  };
}

const PROTOCOL = { ipv4: "icmp", ipv6: "icmpv6" } as const;

/** Returns the values of several rules together, or `undefined` if one of them has none. */
const union = (lists: readonly (readonly string[] | undefined)[]): string[] | undefined =>
  lists.every((list) => list !== undefined) ? [...new Set(lists.flat())] : undefined;

function networksIn(lists: readonly (readonly string[] | undefined)[]): string | string[] | undefined {
  const networks = union(lists);
  return networks && networkValue(joinedSigned(networks));
}

function stateIn(found: readonly FoundRule[], { states }: FilterMatch): string | string[] | undefined {
  const other = found.find((rule) => !isDeepStrictEqual(rule.states, states));
  const observed = other ? other.states : states;
  return observed && wordValue(observed);
}

function notes(found: readonly FoundRule[], count: number): string[] {
  const rest = [...new Set(found.flatMap((rule) => rule.rest))];
  return [
    ...(rest.length > 0 ? [`(and ${rest.join(" ")})`] : []),
    ...(found.length > count ? [`(${found.length - count} too many)`] : []),
    ...(found.length < count ? [`(${count - found.length} missing)`] : []),
    ...(found.every((rule) => rule.isInOrder) ? [] : ["(out of order)"]),
    ...[...new Set(found.flatMap((rule) => rule.obstacles))].map((obstacle) => `(${obstacle})`),
  ];
}
