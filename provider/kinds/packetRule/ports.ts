import type { Problem } from "../../engine/definition";
import { hasPorts, type Protocol } from "../../linux/protocols";
import type { PacketMatch } from "./match";

/** The limit of `multiport` in iptables-extensions(8). */
const IPTABLES_PORTS = 15;

type Ports = Pick<PacketMatch, "port" | "sourcePort">;

/** Returns the port fields that are set. */
export const givenPorts = (args: Ports) =>
  (["port", "sourcePort"] as const).filter((property) => args[property] !== undefined);

/** Reports ports of a protocol without ports. */
export function lackingProtocol(protocol: Protocol | undefined, properties: readonly string[]): Problem[] {
  if (hasPorts(protocol)) return [];
  const lacking = protocol === undefined ? "but no `protocol` is given" : `but ${protocol} has no ports`;
  const reason = `has a port, ${lacking}: set \`protocol\` to tcp, udp or sctp`;
  return properties.map((property) => ({ property, reason }));
}

/** Reports more ports than a rule of the backend has room for. */
export function tooManyPorts(args: Ports & { readonly backend: string }): Problem[] {
  if (args.backend !== "iptables") return [];
  const reason = `has more than ${IPTABLES_PORTS} ports, the most that iptables allows: create two rules, or use backend \`nftables\``;
  const isLong = (ports: Ports["port"]) => typeof ports === "object" && ports.length > IPTABLES_PORTS;
  return givenPorts(args)
    .filter((property) => isLong(args[property]))
    .map((property) => ({ property, reason }));
}
