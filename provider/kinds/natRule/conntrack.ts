import { isAny } from "../../fields/nat";
import { type Command, command } from "../../linux/command";
import { familyOf } from "../../linux/ip";
import { type Protocol, parsePorts } from "../../linux/protocols";
import type { NatRuleArgs } from "./args";

/**
 * Deletes connections that a changed rule concerns. The kernel evaluates NAT rules for the first packet of a connection
 * and remembers the result. For a protocol without connections, an entry lasts while packets keep coming. Connections
 * of tcp and sctp end on their own and are left alone.
 */

type Matched = Partial<Pick<NatRuleArgs, "source" | "destination" | "protocol" | "port" | "sourcePort">> &
  Pick<NatRuleArgs, "namespace" | "family">;

/**
 * `conntrack -D` accepts one port, not a range. For more ports than this, all entries of the protocol are deleted.
 */
const MOST_PORTS = 16;

/** Deletes the connections that a rule concerns, by their first packets. Finding none is not an error. */
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
      mayFail: "without it, open connections of udp and ping keep their old translation",
    })),
  );
}

function protocolsOf({ protocol, family }: Matched): Protocol[] {
  if (protocol === undefined) return ["udp", family === "ipv4" ? "icmp" : "icmpv6"];
  return protocol === "tcp" || protocol === "sctp" ? [] : [protocol];
}

/**
 * Returns the words for a network. conntrack cannot express a negation or all addresses, so more entries than necessary
 * are deleted.
 */
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

/** Combines the ports of both sides. If there are too many combinations, one side or both are omitted. */
function tuples(sources: readonly string[][], destinations: readonly string[][]): string[][] {
  const product = sources.flatMap((from) => destinations.map((to) => [...from, ...to]));
  if (product.length <= MOST_PORTS) return product;
  const fewer = [destinations, sources].find((words) => words.length <= MOST_PORTS);
  return fewer ? [...fewer] : [[]];
}
