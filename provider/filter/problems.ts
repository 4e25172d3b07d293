import type { Problem } from "../definition";
import { familyOf } from "../fields/common";
import { ICMP_TYPES } from "../fields/filter";
import { hasPorts } from "../fields/nat";
import type { FilterRuleArgs } from "../resources/filterRule";
import { firewalldProblems } from "./firewalldProblems";

/** `multiport` of iptables-extensions(8). */
const IPTABLES_PORTS = 15;

/** What is wrong between the fields of a rule. */
export const filterProblems = (args: FilterRuleArgs): Problem[] => [
  ...interfaceProblems(args),
  ...placeProblems(args),
  ...addressProblems(args),
  ...protocolProblems(args),
  ...portProblems(args),
  ...verdictProblems(args),
  ...(args.backend === "firewalld" ? firewalldProblems(args) : []),
];

function interfaceProblems({ chain, inInterface, outInterface }: FilterRuleArgs): Problem[] {
  const problem = (property: string, what: string, mend: string) => [
    { property, reason: `has no meaning in the chain ${chain}, ${what}: use ${mend}` },
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
      ? "is true, but Docker's chain is one of iptables: set backend `iptables`"
      : "is true, but Docker's chain is for packets that are passed on: set chain `forward`";
  return backend === "iptables" && chain === "forward" ? [] : [{ property: "dockerUser", reason }];
}

const FIELDS = ["source", "destination"] as const;

const listIn = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : [value].flat();

function addressProblems({ family, backend, ...args }: FilterRuleArgs): Problem[] {
  return FIELDS.flatMap((property) => {
    const networks = listIn(args[property]);
    const other = networks.find((network) => familyOf(network) !== family);
    if (other !== undefined) {
      const reason = `is ${other}, but the rule is of ${family}: a rule is of one family, so make one for each`;
      return [{ property, reason }];
    }
    const isLong = networks.length > 1 && networks[0]?.startsWith("!") === true;
    const reason = `has several networks with \`!\`, of which ${backend} takes one: use backend \`nftables\`, or accept what is in them by rules before this one`;
    return backend !== "nftables" && isLong ? [{ property, reason }] : [];
  });
}

function protocolProblems({ family, protocol, icmpType }: FilterRuleArgs): Problem[] {
  const own = family === "ipv4" ? "icmp" : "icmpv6";
  const other = family === "ipv4" ? "icmpv6" : "icmp";
  if (protocol === other) {
    const reason = `is ${protocol}, which is not of ${family}: write ${own} here, or the other family`;
    return [{ property: "protocol", reason }];
  }
  if (icmpType === undefined) return [];
  if (protocol !== own) {
    const reason = `is a type of ICMP, but \`protocol\` is ${protocol ?? "not set"}: set it to ${own}`;
    return [{ property: "icmpType", reason }];
  }
  const wrong = listIn(icmpType).filter((type) => !Object.hasOwn(ICMP_TYPES[family], type));
  const known = Object.keys(ICMP_TYPES[family]).join(", ");
  return wrong.length === 0
    ? []
    : [{ property: "icmpType", reason: `is ${wrong.join(", ")}, which ${own} has not: it has ${known}` }];
}

function portProblems(args: FilterRuleArgs): Problem[] {
  const { protocol, backend } = args;
  const given = (["port", "sourcePort"] as const).filter((property) => args[property] !== undefined);
  const lacking = protocol === undefined ? "but no `protocol` is given" : `but ${protocol} has no ports`;
  if (!hasPorts(protocol)) {
    const reason = `has a port, ${lacking}: set \`protocol\` to tcp, udp or sctp`;
    return given.map((property) => ({ property, reason }));
  }
  const reason = `has more than ${IPTABLES_PORTS} ports, the most that iptables takes: make two rules, or use backend \`nftables\``;
  const isLong = (ports: unknown) => Array.isArray(ports) && ports.length > IPTABLES_PORTS;
  return (backend === "iptables" ? given : [])
    .filter((property) => isLong(args[property]))
    .map((property) => ({ property, reason }));
}

function verdictProblems({ verdict, protocol, ...args }: FilterRuleArgs): Problem[] {
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
