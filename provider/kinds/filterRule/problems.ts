import type { Problem } from "../../engine/definition";
import { asFarAsKnown } from "../../engine/unknown";
import { ICMP_TYPES, listIn } from "../../fields/filter";
import { familyProblem } from "../packetRule/family";
import { givenPorts, lackingProtocol, tooManyPorts } from "../packetRule/ports";
import type { FilterRuleArgs } from "./args";
import { firewalldProblems } from "./firewalld/problems";
import { ownTrafficProblems } from "./lockout";

/** Reports problems between the fields of a rule. */
export const filterProblems = asFarAsKnown<FilterRuleArgs, Problem>(
  interfaceProblems,
  placeProblems,
  addressProblems,
  protocolProblems,
  portProblems,
  verdictProblems,
  ownTrafficProblems,
  (args) => (args.backend === "firewalld" ? firewalldProblems(args) : []),
);

function interfaceProblems({ chain, inInterface, outInterface }: FilterRuleArgs): Problem[] {
  const problem = (property: string, what: string, fix: string) => [
    { property, reason: `has no meaning in the chain ${chain}, ${what}: use ${fix}` },
  ];
  if (chain === "output" && inInterface !== undefined)
    return problem("inInterface", "whose packets come from the namespace itself", "`outInterface`");
  return chain === "input" && outInterface !== undefined
    ? problem("outInterface", "whose packets stay here", "`inInterface`")
    : [];
}

function placeProblems({ backend, chain, dockerUser }: FilterRuleArgs): Problem[] {
  if (!dockerUser) return [];
  const reason =
    backend !== "iptables"
      ? "is true, but Docker's chain belongs to iptables: set backend `iptables`"
      : "is true, but Docker's chain is for forwarded packets: set chain `forward`";
  return backend === "iptables" && chain === "forward" ? [] : [{ property: "dockerUser", reason }];
}

const FIELDS = ["source", "destination"] as const;

function addressProblems(args: FilterRuleArgs): Problem[] {
  const { family, backend } = args;
  return FIELDS.flatMap((property) => {
    const networks = listIn(args[property]);
    const ofOther = familyProblem(property, networks, family);
    if (ofOther.length > 0) return ofOther;
    const isLong = networks.length > 1 && networks[0]?.startsWith("!") === true;
    const reason = `has several networks with \`!\`, of which ${backend} allows one: use backend \`nftables\`, or accept packets of these networks by earlier rules`;
    return backend !== "nftables" && isLong ? [{ property, reason }] : [];
  });
}

function protocolProblems({ family, protocol, icmpType }: FilterRuleArgs): Problem[] {
  const own = family === "ipv4" ? "icmp" : "icmpv6";
  const other = family === "ipv4" ? "icmpv6" : "icmp";
  if (protocol === other) {
    const reason = `is ${protocol}, which does not belong to ${family}: write ${own} here, or set \`family\` to ${family === "ipv4" ? "ipv6" : "ipv4"}`;
    return [{ property: "protocol", reason }];
  }
  if (icmpType === undefined) return [];
  if (protocol !== own) {
    const reason = `is an ICMP type, but \`protocol\` is ${protocol ?? "not set"}: set it to ${own}`;
    return [{ property: "icmpType", reason }];
  }
  const wrong = listIn(icmpType).filter((type) => !Object.hasOwn(ICMP_TYPES[family], type));
  const known = Object.keys(ICMP_TYPES[family]).join(", ");
  return wrong.length === 0
    ? []
    : [{ property: "icmpType", reason: `is ${wrong.join(", ")}, which ${own} has not: it has ${known}` }];
}

function portProblems(args: FilterRuleArgs): Problem[] {
  const lacking = lackingProtocol(args.protocol, givenPorts(args));
  return lacking.length > 0 ? lacking : tooManyPorts(args);
}

function verdictProblems(args: FilterRuleArgs): Problem[] {
  const { verdict, protocol } = args;
  const without = (property: "rejectWith" | "logPrefix" | "logLevel", needed: string) =>
    args[property] === undefined || verdict === needed
      ? []
      : [
          {
            property,
            reason: `has no meaning for verdict ${verdict}: leave it out, or set verdict \`${needed}\``,
          },
        ];
  const isReset = verdict === "reject" && args.rejectWith === "tcp-reset" && protocol !== "tcp";
  const reason = `is tcp-reset, but \`protocol\` is ${protocol ?? "not set"}: set it to tcp, or choose another`;
  return [
    ...without("rejectWith", "reject"),
    ...without("logPrefix", "log"),
    ...without("logLevel", "log"),
    ...(isReset ? [{ property: "rejectWith", reason }] : []),
  ];
}
