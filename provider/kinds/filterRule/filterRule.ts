import { isDeepStrictEqual } from "node:util";
import type { Definition, Observed } from "../../engine/definition";
import { markOnObject } from "../../engine/strategies";
import { hasUnknown, UNKNOWN } from "../../engine/unknown";
import type { Answer } from "../../linux/command";
import { namespaceClaim, objectName } from "../../linux/marks/objectName";
import { byResource, hasMark, textOf } from "../../linux/marks/owner";
import type { Plan } from "../../linux/plan";
import { discoverBackends } from "../packetRule/discover";
import { familyAmong, onFamilyChange } from "../packetRule/family";
import { ruleId, turnOf } from "../packetRule/identity";
import { deleteAll, untilRemoved } from "../packetRule/removal";
import { tableName } from "../packetRule/stackTable";
import { mergingBackends } from "../packetRule/together";
import { FilterRuleArgs } from "./args";
import * as firewalld from "./firewalld/backend";
import { preflight } from "./firewalld/reload";
import * as iptables from "./iptables";
import * as nftables from "./nftables";
import { filterProblems } from "./problems";
import { observedArgs, SAID } from "./readBack";
import { filterWarnings } from "./warnings";

interface Outputs {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, `filter` with iptables, `firewalld` with firewalld. */
  table: string;
}

/**
 * An observation with its answers, which hold the handles of nftables rules. Handles must not reach the state.
 */
interface Reading extends Observed<FilterRuleArgs, Outputs> {
  readonly answers: readonly Answer[];
}

const backends = { nftables, iptables, firewalld };

/**
 * A packet filter rule in the kernel, which only the mark in its comment identifies. In firewalld, the mark is the
 * description of the policy. See nft(8), iptables-extensions(8) and firewalld.policies(5).
 */
export const filterRule: Definition<FilterRuleArgs, Outputs> = {
  kind: "FilterRule",
  schema: FilterRuleArgs,
  identity: "chain",
  onChange: {
    chain: "update",
    namespace: "replace",
    backend: "replace",
    family: onFamilyChange,
    priority: "update",
    inInterface: "update",
    outInterface: "update",
    source: "update",
    destination: "update",
    protocol: "update",
    port: "update",
    sourcePort: "update",
    icmpType: "update",
    state: "update",
    verdict: "update",
    rejectWith: "update",
    logPrefix: "update",
    logLevel: "update",
    dockerUser: "update",
  },

  id: (args) => ruleId(args.chain, args),
  // Only its mark identifies a rule, and no two resources share one.
  objectNames: ({ namespace, mark }) => [objectName("filter rule", namespace, mark)],
  needs: ({ namespace }) => namespaceClaim(namespace),
  place: { namespace: "namespace", key: (_, named) => named },

  defaults({ source, destination, verdict }) {
    return {
      family: familyAmong([source, destination].flat()),
      ...(verdict === "reject" && { rejectWith: "port-unreachable" }),
      ...(verdict === "log" && { logLevel: "warn" }),
      ...(hasUnknown(verdict) && { rejectWith: UNKNOWN, logLevel: UNKNOWN }),
    };
  },

  problems: filterProblems,

  probe: (args) => backends[args.backend].probe(args),
  parse: (answers, args) => look(answers, args),
  create: (args, answers = []) => backends[args.backend].change(answers, args.mark, args),

  update({ args: observed, owner, answers = [] }: Reading, args) {
    const isAsked = SAID.every((field) => isDeepStrictEqual(observed[field], args[field]));
    return isAsked && hasMark(owner, args.mark)
      ? []
      : backends[args.backend].change(answers, textOf(owner), args);
  },

  remove(_, args) {
    if (args.backend === "firewalld") return firewalld.removal(args);
    const backend = backends[args.backend];
    return untilRemoved(filterRule.id(args), () => removal(args, backend));
  },
  preflight: preflight,
  ownership: markOnObject(),
  hasNoDependents: true,
  warnings: filterWarnings,

  discover: (namespace) => discoverBackends(backends, namespace),

  // A reload of firewalld affects all its rules.
  serialize: (args) => (args.backend === "firewalld" ? args.backend : turnOf(args)),
  together: {
    key: (args) =>
      args.backend === "firewalld" ? undefined : `filter ${args.backend} ${tableName(args.mark)}`,
    ...mergingBackends(backends),
  },
};

function look(answers: readonly Answer[], args: FilterRuleArgs): Reading | undefined {
  const backend = backends[args.backend];
  const found = backend.find(answers, args);
  if (found.length === 0) return undefined;
  return {
    args: observedArgs(found, args, backend.count(args)),
    outputs: { table: backend.table(args) },
    owner: byResource(args.mark),
    answers,
  };
}

/** Removes a rule. Returns whether nothing of it is left. */
function* removal(args: FilterRuleArgs, { change }: typeof nftables | typeof iptables): Plan<boolean> {
  const answers = yield filterRule.probe(args);
  return !look(answers, args) || (yield* deleteAll(change(answers, args.mark, args, false)));
}
