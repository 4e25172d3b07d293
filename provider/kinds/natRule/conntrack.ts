import { isAny } from "../../fields/nat";
import { type Command, command } from "../../linux/command";
import { familyOf } from "../../linux/ip";
import { type Protocol, parsePorts } from "../../linux/protocols";
import type { NatRuleArgs } from "./args";

/**
 * The kernel asks NAT rules only of the first packet of a connection, and remembers what they said. Where a protocol
 * has no connections of its own, one lasts for as long as packets come: what is remembered of the time before a rule came
 * or went is forgotten, so that the next packet is asked anew. Those of tcp and sctp end by themselves, and are let.
 */

type Matched = Partial<Pick<NatRuleArgs, "source" | "destination" | "protocol" | "port" | "sourcePort">> &
  Pick<NatRuleArgs, "namespace" | "family">;

/** `conntrack -D` takes one port, not a range; for more than so many the whole protocol is forgotten. */
const MOST_PORTS = 16;

/** Forgets the connections that a rule concerns, by their first packets; that there are none is no failure. */
export function forget(args: Matched): Command[] {
  const addresses = [
    ...addressWords("--orig-src", args.source),
    ...addressWords("--orig-dst", args.destination),
  ];
  const ports = tuples(
    portWords("--orig-port-src", args.sourcePort),
    portWords("--orig-port-dst", args.port),
  );
  return protocolsOf(args).flatMap((protocol) =>
    ports.map((words) => ({
      ...command("conntrack", args.namespace, [
        ...["-D", "-f", args.family, "-p", protocol],
        ...addresses,
        ...words,
      ]),
      mayFail: "without it, connections of udp and ping that are open keep the translation they had",
    })),
  );
}

function protocolsOf({ protocol, family }: Matched): Protocol[] {
  if (protocol === undefined) return ["udp", family === "ipv4" ? "icmp" : "icmpv6"];
  return protocol === "tcp" || protocol === "sctp" ? [] : [protocol];
}

/** What is turned round or is everything cannot be said to conntrack: more than the rule concerns is forgotten then. */
function addressWords(option: string, network: string | undefined): string[] {
  if (network === undefined || network.startsWith("!") || isAny(network)) return [];
  const whole = familyOf(network) === "ipv4" ? "/32" : "/128";
  return [option, network.endsWith(whole) ? network.slice(0, -whole.length) : network];
}

function portWords(option: string, port: Matched["port"]): string[][] {
  if (port === undefined) return [[]];
  if (typeof port === "object") return port.map((one) => [option, String(one)]);
  const [first, last] = parsePorts(String(port)) ?? [0, 0];
  const count = Math.min(last - first + 1, MOST_PORTS + 1);
  return Array.from({ length: count }, (_, at) => [option, String(first + at)]);
}

/** Each with each, less the ports of one side or both where these are too many. */
function tuples(sources: readonly string[][], destinations: readonly string[][]): string[][] {
  const product = sources.flatMap((from) => destinations.map((to) => [...from, ...to]));
  if (product.length <= MOST_PORTS) return product;
  const fewer = [destinations, sources].find((words) => words.length <= MOST_PORTS);
  return fewer ? [...fewer] : [[]];
}
