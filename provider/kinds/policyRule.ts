import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Definition, Observed, Problem, Some } from "../engine/definition";
import { recordBeside } from "../engine/strategies";
import { asFarAsKnown } from "../engine/unknown";
import { integer, linkName, namespaceName } from "../fields/common";
import { protocol } from "../fields/nat";
import { fwmark, printUids, ruledNetwork, ruledPort, typeOfService, uidRange } from "../fields/policyRule";
import { routeTable } from "../fields/routeTable";
import { ASK, type Command, familyOption, ip, lookFor } from "../linux/command";
import { printFwmark } from "../linux/fwmark";
import { namespaceClaim, objectName } from "../linux/marks/objectName";
import { byResource, type Owner } from "../linux/marks/owner";
import { PROTOCOL } from "../linux/marks/protocol";
import { hasPorts, portValue, protocolNumber, protocolOf } from "../linux/protocols";
import { parsePolicyRules, type RuleInfo } from "../linux/read/policyRule";
import { tableOf } from "../linux/read/routeTables";
import { readSysctls, valuesOf } from "../linux/sysctl";
import { familyAmong, familyProblem, onFamilyChange } from "./packetRule/family";

export const PolicyRuleArgs = z.object({
  priority: integer(1, 0xffff_ffff),
  namespace: namespaceName.optional(),
  family: z.enum(["ipv4", "ipv6"]),
  from: ruledNetwork.optional(),
  to: ruledNetwork.optional(),
  iif: linkName.optional(),
  oif: linkName.optional(),
  fwmark: fwmark.optional(),
  ipproto: protocol.optional(),
  sport: ruledPort.optional(),
  dport: ruledPort.optional(),
  uidrange: uidRange.optional(),
  tos: typeOfService.optional(),
  invert: z.boolean().default(false),
  action: z
    .enum(["lookup", "blackhole", "unreachable", "prohibit"])
    // The kernel may have others.
    .transform((action): string => action)
    .default("lookup"),
  table: routeTable.optional(),
  suppressPrefixlength: integer(0, 128, "bits").optional(),
});

type Args = z.output<typeof PolicyRuleArgs> & { mark: string };

interface Reading extends Observed<Args, object> {
  /** The number of our rules. After a crash during a change, the old and the new one may both exist. */
  readonly count: number;
}

/**
 * A rule of the routing policy database, as `ip rule add` creates it. See ip-rule(8). Its protocol number marks it as
 * ours, and a record names the owner.
 */
export const policyRule: Definition<Args> = {
  kind: "PolicyRule",
  schema: PolicyRuleArgs,
  identity: "priority",
  onChange: {
    priority: "replace",
    namespace: "replace",
    family: onFamilyChange,
    from: "update",
    to: "update",
    iif: "update",
    oif: "update",
    fwmark: "update",
    ipproto: "update",
    sport: "update",
    dport: "update",
    uidrange: "update",
    tos: "update",
    invert: "update",
    action: "update",
    table: "update",
    suppressPrefixlength: "update",
  },

  id: ({ namespace, family, priority }) =>
    `${namespace === undefined ? "" : `${namespace}/`}${family} rule ${priority}`,
  objectNames: ({ namespace, family, priority }) => [objectName("rule", namespace, `${family} ${priority}`)],
  // A rule survives its links and applies again once they return.
  needs: ({ namespace }) => namespaceClaim(namespace),
  place: { namespace: "namespace" },

  defaults: ({ from, to }) => ({ family: familyAmong([from, to]) }),

  problems: asFarAsKnown(familyProblems, portProblems, actionProblems, selectorProblems),

  probe: (args) => [
    // Prints numbers, because a host may give 110 and tables names of its own.
    ip(args.namespace, familyOption(args.family), ...ASK, "rule", "show", "pref", String(args.priority)),
  ],

  parse([answer], args): Reading | undefined {
    const found = parsePolicyRules(answer).filter(({ priority }) => priority === args.priority);
    const own = found.filter((info) => info.protocol === PROTOCOL);
    const [first] = [...own, ...found];
    if (!first) return undefined;
    const owner: Owner = own.length > 0 ? byResource(args.mark) : { by: "program", protocol: first.protocol };
    return { args: observedArgs(first, own.length), outputs: {}, owner, count: own.length };
  },

  create: (args) => [addition(args)],

  update(observed: Reading, args) {
    if (SAID.every((field) => isDeepStrictEqual(observed.args[field], args[field]))) return [];
    const deletions = Array.from({ length: observed.count }, () => deletion(args));
    // The new rule follows the old one until that is deleted, so that there is always a rule.
    return observed.count > 1 || isSameToKernel(observed.args, args)
      ? [...deletions, addition(args)]
      : [addition(args), ...deletions];
  },

  remove: (observed: Partial<Reading>, args) =>
    Array.from({ length: observed.count ?? 1 }, () => deletion(args)),

  ownership: recordBeside(),
  hasNoDependents: true,

  *warnings({ namespace, family, iif }) {
    if (family === "ipv6") return [];
    const links = ["all", ...(iif === undefined ? [] : [iif])];
    const keys = links.map((link) => `net/ipv4/conf/${link}/rp_filter`);
    const [answer] = yield [lookFor(readSysctls(namespace, keys))];
    const values = Object.values(valuesOf(answer, keys));
    // The higher value counts, and 2 is the loose mode.
    return values.includes("1") && !values.includes("2")
      ? [
          `rp_filter is strict (1) in ${namespace ?? "the host"}: replies that arrive on another link than the one of this rule are dropped. If that happens, set net.ipv4.conf.all.rp_filter to 2 with a Sysctl`,
        ]
      : [];
  },
};

/**
 * The fields by which the kernel distinguishes rules of one priority. It compares the second list only if the new rule
 * sets them.
 */
const COMPARED = [
  "iif",
  "oif",
  "fwmark",
  "ipproto",
  "sport",
  "dport",
  "uidrange",
  "action",
  "table",
] as const;
const COMPARED_IF_SAID = ["from", "to", "tos"] as const;

const SELECTORS = [
  ...COMPARED_IF_SAID,
  ...(["iif", "oif", "fwmark", "ipproto", "sport", "dport", "uidrange"] as const),
];

/** All fields besides those that identify the rule. */
const SAID = [...COMPARED_IF_SAID, ...COMPARED, "invert", "suppressPrefixlength"] as const;

/**
 * Whether the kernel would refuse the new rule, because it takes it for the old one. See fib4_rule_compare in
 * net/ipv4/fib_rules.c.
 */
const isSameToKernel = (observed: Some<Args>, args: Args): boolean =>
  COMPARED.every((field) => isDeepStrictEqual(observed[field], args[field])) &&
  COMPARED_IF_SAID.every((field) => args[field] === undefined || args[field] === observed[field]);

const addition = (args: Args): Command =>
  ip(args.namespace, familyOption(args.family), "rule", "add", ...keyWords(args), ...ruleWords(args));

/** Deletes our first rule of this priority, which is the oldest. */
const deletion = (args: Args): Command =>
  ip(args.namespace, familyOption(args.family), "rule", "del", ...keyWords(args));

const keyWords = ({ priority }: Args): string[] => ["pref", String(priority), "proto", String(PROTOCOL)];

function ruleWords({ invert, action, table, suppressPrefixlength, ...args }: Args): string[] {
  const word = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)];
  return [
    ...(invert ? ["not"] : []),
    ...word("from", args.from),
    ...word("to", args.to),
    ...word("iif", args.iif),
    ...word("oif", args.oif),
    // For the mark 0 without a mask, the kernel would compare no bits.
    ...word("fwmark", args.fwmark === "0x0" ? "0x0/0xffffffff" : args.fwmark),
    // By number, because a host may lack /etc/protocols.
    ...word("ipproto", args.ipproto && protocolNumber(args.ipproto)),
    ...word("sport", args.sport),
    ...word("dport", args.dport),
    ...word(
      "uidrange",
      typeof args.uidrange === "number" ? `${args.uidrange}-${args.uidrange}` : args.uidrange,
    ),
    // `ip` reads it as hexadecimal, with or without `0x`.
    ...word("tos", args.tos === undefined ? undefined : `0x${args.tos.toString(16)}`),
    ...(action === "lookup" ? word("lookup", table) : [action]),
    ...word("suppress_prefixlength", suppressPrefixlength),
  ];
}

/**
 * Returns the rule as arguments. `action` also lists surplus rules and settings that no argument can express.
 */
const observedArgs = (info: RuleInfo, count: number): Some<Args> => ({
  ...{ from: info.from, to: info.to, iif: info.iif, oif: info.oif },
  fwmark: info.fwmark && printFwmark(info.fwmark),
  ipproto: info.ipproto === undefined ? undefined : protocolOf(info.ipproto),
  sport: info.sport && portValue(info.sport),
  dport: info.dport && portValue(info.dport),
  uidrange: info.uidrange && printUids(info.uidrange),
  ...{ tos: info.tos, invert: info.invert },
  action: [info.action, ...notes(info, count)].join(" "),
  table: info.table === undefined ? undefined : tableOf(info.table),
  suppressPrefixlength: info.suppressPrefixlength,
});

const notes = ({ more }: RuleInfo, count: number): string[] => [
  ...(more.length === 0 ? [] : [`(and ${more.join(", ")})`]),
  ...(count > 1 ? ["(and another rule)"] : []),
];

function familyProblems({ family, from, to, ipproto, tos = 0, suppressPrefixlength = 0 }: Args): Problem[] {
  const problems = [...familyProblem("from", from, family), ...familyProblem("to", to, family)];
  const other = { ipv4: "icmpv6", ipv6: "icmp" }[family];
  if (ipproto === other) {
    const own = family === "ipv4" ? "icmp" : "icmpv6";
    problems.push({
      property: "ipproto",
      reason: `is ${ipproto}, which does not belong to ${family}: write ${own}, or set \`family\` to ${family === "ipv4" ? "ipv6" : "ipv4"}`,
    });
  }
  if (family === "ipv4" && tos > 28) {
    const reason = `is ${tos}, but for IPv4 the kernel compares only the bits of RFC 1349: write 4 to 28`;
    problems.push({ property: "tos", reason });
  }
  if (family === "ipv4" && suppressPrefixlength > 32) {
    const reason = `is ${suppressPrefixlength}, but IPv4 prefixes have at most 32 bits`;
    problems.push({ property: "suppressPrefixlength", reason });
  }
  return problems;
}

function portProblems(args: Args): Problem[] {
  const { ipproto } = args;
  if (ipproto === undefined || hasPorts(ipproto)) return [];
  const reason = `has a port, but ${ipproto} has no ports: set \`ipproto\` to tcp, udp or sctp, or leave it out`;
  return (["sport", "dport"] as const)
    .filter((property) => args[property] !== undefined)
    .map((property) => ({ property, reason }));
}

function actionProblems({ action, table, suppressPrefixlength }: Args): Problem[] {
  if (action !== "lookup") {
    const reason = `has no meaning for a rule of action ${action}, which looks up nothing: leave it out`;
    return [
      ...(table === undefined ? [] : [{ property: "table", reason }]),
      ...(suppressPrefixlength === undefined ? [] : [{ property: "suppressPrefixlength", reason }]),
    ];
  }
  const reason = "is required: the routing table to look up, or another `action`";
  return table === undefined ? [{ property: "table", reason }] : [];
}

function selectorProblems(args: Args): Problem[] {
  if (!args.invert || SELECTORS.some((field) => args[field] !== undefined)) return [];
  const which = SELECTORS.map((field) => `\`${field}\``).join(", ");
  const reason = `is true, but no field selects packets to exclude, so the rule matches none: set one of ${which}`;
  return [{ property: "invert", reason }];
}
