import type { Problem } from "../../engine/definition";
import { asFarAsKnown } from "../../engine/unknown";
import { rangeProblem } from "../../fields/machine";
import { parseTarget } from "../../fields/natTarget";
import { parsePorts } from "../../linux/protocols";
import { familyProblem } from "../packetRule/family";
import { givenPorts, lackingProtocol, tooManyPorts } from "../packetRule/ports";
import type { NatRuleArgs } from "./args";
import { isLoopback, sizeOf } from "./ruleSpecs";

/** The most ports that one rule may map one to one, because nftables lists each of them. */
const MOST_MAPPED = 1024;

/** Reports problems between the fields of a rule. */
export const natProblems = asFarAsKnown<NatRuleArgs, Problem>(
  targetProblems,
  interfaceProblems,
  protocolProblems,
  portProblems,
  familyProblems,
  mapProblems,
  hairpinProblems,
  localnetProblems,
  reachProblems,
);

function targetProblems({ kind, to }: NatRuleArgs): Problem[] {
  const problem = (reason: string) => [{ property: "to", reason }];
  if (kind === "masquerade") {
    const fix = "leave it out, or use kind `snat` for an address of your choice";
    return to === undefined
      ? []
      : problem(`is ${to}, but masquerade takes the address of the interface: ${fix}`);
  }
  if (to === undefined) {
    const example = { snat: "10.0.0.1", dnat: "192.168.15.2:80", redirect: "8080" }[kind];
    return problem(`is required for ${kind}: the address to translate to, such as ${example}`);
  }
  const target = parseTarget(to);
  if (kind === "redirect" && target?.addresses) {
    return problem(
      `is ${to}, but redirect needs a port of the host itself, such as 8080: for an address, use kind \`dnat\``,
    );
  }
  if (kind !== "redirect" && !target?.addresses) {
    const fix = kind === "dnat" ? "; for another port of the host itself use kind `redirect`" : "";
    return problem(`is ${to}, but ${kind} needs an address, such as 192.168.15.2:${to}${fix}`);
  }
  const [first, last] = target?.addresses ?? [];
  const impossible = first === undefined ? undefined : rangeProblem(first, last);
  return impossible === undefined ? [] : problem(`is ${to}, ${impossible}`);
}

function interfaceProblems({ kind, inInterface, outInterface }: NatRuleArgs): Problem[] {
  const isLeaving = kind === "masquerade" || kind === "snat";
  if (isLeaving && inInterface !== undefined) {
    const reason = `has no meaning for ${kind}, which applies as packets leave: use \`outInterface\`, or \`source\` for where they come from`;
    return [{ property: "inInterface", reason }];
  }
  if (!isLeaving && outInterface !== undefined) {
    const reason = `has no meaning for ${kind}, which applies before the output interface is known: use \`inInterface\`, or \`destination\` for where they go`;
    return [{ property: "outInterface", reason }];
  }
  return [];
}

function protocolProblems({ protocol, family }: NatRuleArgs): Problem[] {
  const problem = (own: string, other: string) => [
    {
      property: "protocol",
      reason: `is ${protocol}, which does not belong to ${family}: write ${own} here, or family ${other}`,
    },
  ];
  if (protocol === "icmp" && family === "ipv6") return problem("icmpv6", "ipv4");
  if (protocol === "icmpv6" && family === "ipv4") return problem("icmp", "ipv6");
  return [];
}

function portProblems(args: NatRuleArgs): Problem[] {
  const needing = [...givenPorts(args), ...(parseTarget(args.to ?? "")?.ports ? ["to"] : [])];
  return [...lackingProtocol(args.protocol, needing), ...tooManyPorts(args)];
}

function familyProblems({ family, source, destination, to }: NatRuleArgs): Problem[] {
  return [
    ...familyProblem("source", source, family),
    ...familyProblem("destination", destination, family),
    ...familyProblem("to", to, family),
  ];
}

/** Checks mappings of a network to another one by address, and of a range of ports to another one by port. */
function mapProblems({ kind, source, destination, port, to }: NatRuleArgs): Problem[] {
  const { network, ports } = parseTarget(to ?? "") ?? {};
  const [from, onto] = [parsePorts(String(port)), ports];
  if (kind === "dnat" && from && onto && sizeOf(from) === sizeOf(onto) && sizeOf(from) > MOST_MAPPED) {
    if (from[0] === onto[0]) return [];
    const reason = `has ${sizeOf(from)} ports that are mapped one to one, and ${MOST_MAPPED} is the maximum: create several rules`;
    return [{ property: "port", reason }];
  }
  if (!network || kind === "redirect" || kind === "masquerade") return [];
  const [property, value] = kind === "dnat" ? ["destination", destination] : ["source", source];
  const isOfSize = value?.endsWith(`/${network.prefix}`) && !value.startsWith("!");
  if (isOfSize) return [];
  const reason = `is ${value ?? "not given"}, but \`to\` is the network ${to}, which maps to one of the same size, address by address: name a network with /${network.prefix} here, or one address or a range as \`to\``;
  return [{ property, reason }];
}

function hairpinProblems({ kind, hairpin, family, to }: NatRuleArgs): Problem[] {
  const problem = (reason: string) => [{ property: "hairpin", reason }];
  if (!hairpin) return [];
  if (kind !== "dnat") return problem(`has no meaning for ${kind}, only for dnat: leave it out`);
  if (isLoopback(to)) return problem("has no meaning if `to` is the host itself: leave it out");
  return hairpin === true ? [] : familyProblem("hairpin", hairpin, family);
}

function localnetProblems({ kind, routeLocalnet, family, to, inInterface }: NatRuleArgs): Problem[] {
  const problem = (reason: string) => [{ property: "routeLocalnet", reason }];
  const isLocal = kind === "dnat" && isLoopback(to);
  if (isLocal && family === "ipv6")
    return [
      {
        property: "to",
        reason: `is ${to}, but IPv6 routes no packets from outside to localhost: use kind \`redirect\`, and let the service listen on an address of the host`,
      },
    ];
  if (isLocal && routeLocalnet === undefined)
    return problem(
      `is required to forward packets to ${to}: name the link that they arrive on, or use kind \`redirect\` and let the service listen on an address of the host`,
    );
  if (routeLocalnet === undefined) return [];
  if (kind !== "dnat") return problem(`has no meaning for ${kind}, only for dnat: leave it out`);
  if (family === "ipv6") return problem("is for IPv4 only: leave it out, because IPv6 has no such parameter");
  if (isLocal && inInterface !== undefined && inInterface !== routeLocalnet)
    return problem(
      `is ${routeLocalnet}, but \`inInterface\` is ${inInterface}: packets for localhost can arrive on one link only`,
    );
  return [];
}

function reachProblems(args: NatRuleArgs): Problem[] {
  const { kind, source, destination, inInterface, protocol, port, sourcePort } = args;
  const narrowing = [source, destination, inInterface, protocol, port, sourcePort];
  if (kind !== "dnat" || narrowing.some((value) => value !== undefined)) return [];
  const reason =
    "is required if nothing else narrows the rule, which would match every packet to this host: set the address that maps to `to`, or a `protocol` and `port`";
  return [{ property: "destination", reason }];
}
