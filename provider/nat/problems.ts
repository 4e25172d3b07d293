import type { Problem } from "../definition";
import { hasPorts } from "../fields/nat";
import { familyIn, parseTarget } from "../fields/natTarget";
import type { NatRuleArgs } from "../resources/natRule";

/** `multiport` of iptables-extensions(8). */
const IPTABLES_PORTS = 15;

/** What is wrong between the fields of a rule. */
export const natProblems = (args: NatRuleArgs): Problem[] => [
  ...targetProblems(args),
  ...interfaceProblems(args),
  ...protocolProblems(args),
  ...portProblems(args),
  ...familyProblems(args),
  ...reachProblems(args),
];

function targetProblems({ kind, to }: NatRuleArgs): Problem[] {
  const problem = (reason: string) => [{ property: "to", reason }];
  if (kind === "masquerade") {
    const mend = "leave it out, or use kind `snat` for an address of your choice";
    return to === undefined
      ? []
      : problem(`is ${to}, but masquerade takes the address of the interface: ${mend}`);
  }
  if (to === undefined) {
    const example = { snat: "10.0.0.1", dnat: "192.168.15.2:80", redirect: "8080" }[kind];
    return problem(`is required for ${kind}: what to put in, such as ${example}`);
  }
  const target = parseTarget(to);
  if (kind === "redirect" && target?.addresses) {
    return problem(
      `is ${to}, but redirect leads to a port of the host itself, such as 8080: for an address use kind \`dnat\``,
    );
  }
  if (kind !== "redirect" && !target?.addresses) {
    const mend = kind === "dnat" ? "; for another port of the host itself use kind `redirect`" : "";
    return problem(`is ${to}, but ${kind} needs an address, such as 192.168.15.2:${to}${mend}`);
  }
  return [];
}

function interfaceProblems({ kind, inInterface, outInterface }: NatRuleArgs): Problem[] {
  const isLeaving = kind === "masquerade" || kind === "snat";
  if (isLeaving && inInterface !== undefined) {
    const reason = `has no meaning for ${kind}, which is done as packets leave: use \`outInterface\`, or \`source\` for where they come from`;
    return [{ property: "inInterface", reason }];
  }
  if (!isLeaving && outInterface !== undefined) {
    const reason = `has no meaning for ${kind}, which is done before the way out is known: use \`inInterface\`, or \`destination\` for where they go`;
    return [{ property: "outInterface", reason }];
  }
  return [];
}

function protocolProblems({ protocol, family }: NatRuleArgs): Problem[] {
  const problem = (own: string, other: string) => [
    {
      property: "protocol",
      reason: `is ${protocol}, which is not of ${family}: write ${own} here, or family ${other}`,
    },
  ];
  if (protocol === "icmp" && family === "ipv6") return problem("icmpv6", "ipv4");
  if (protocol === "icmpv6" && family === "ipv4") return problem("icmp", "ipv6");
  return [];
}

function portProblems(args: NatRuleArgs): Problem[] {
  const { protocol, to, backend } = args;
  const target = to === undefined ? undefined : parseTarget(to);
  const given = (["port", "sourcePort"] as const).filter((property) => args[property] !== undefined);
  const lists = given.filter((property) => {
    const ports = args[property];
    return typeof ports === "object" && ports.length > IPTABLES_PORTS;
  });
  const needing = [...given, ...(target?.ports ? ["to"] : [])];
  const lacking = protocol === undefined ? "but no `protocol` is given" : `but ${protocol} has no ports`;
  return [
    ...(hasPorts(protocol) ? [] : needing).map((property) => ({
      property,
      reason: `has a port, ${lacking}: set \`protocol\` to tcp, udp or sctp`,
    })),
    ...(backend === "iptables" ? lists : []).map((property) => ({
      property,
      reason: `has more than ${IPTABLES_PORTS} ports, the most that iptables takes: make two rules, or use backend \`nftables\``,
    })),
  ];
}

function familyProblems({ family, ...args }: NatRuleArgs): Problem[] {
  return (["source", "destination", "to"] as const).flatMap((property) => {
    const other = familyIn(args[property] ?? "");
    if (other === undefined || other === family) return [];
    const reason = `is ${args[property]}, but the rule is of ${family}: a rule is of one family, so make one for each`;
    return [{ property, reason }];
  });
}

function reachProblems({ kind, source, destination, inInterface, protocol }: NatRuleArgs): Problem[] {
  if (kind !== "dnat" || (destination ?? source ?? inInterface ?? protocol) !== undefined) return [];
  const reason =
    "is required when nothing else narrows the rule, as it would take every packet to this host: give the address that stands for `to`, or a `protocol` and `port`";
  return [{ property: "destination", reason }];
}
