import { isDeepStrictEqual } from "node:util";
import type { Definition, Observed } from "../../engine/definition";
import { hasUnknown, UNKNOWN } from "../../engine/unknown";
import type { Answer } from "../../linux/command";
import { namespaceClaim, objectName } from "../../linux/marks/objectName";
import type { Plan } from "../../linux/plan";
import { discoverBackends } from "../packetRule/discover";
import { familyAmong, onFamilyChange } from "../packetRule/family";
import { ruleId, turnOf } from "../packetRule/identity";
import { deleteAll, untilRemoved } from "../packetRule/removal";
import { tableName } from "../packetRule/stackTable";
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

/** What `parse` found. The answers have the handles by which nftables knows rules; the state must not have them. */
interface Reading extends Observed<FilterRuleArgs, Outputs> {
  readonly answers: readonly Answer[];
}

const backends = { nftables, iptables, firewalld };

/**
 * A packet filter rule in the kernel, which carries the mark as comment and is found by nothing else; in firewalld it is the
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
  // A rule is known by its mark alone, and no two resources have the same.
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

  update({ args: observed, mark = "", answers = [] }: Reading, args) {
    const isAsked = SAID.every((field) => isDeepStrictEqual(observed[field], args[field]));
    return isAsked && mark === args.mark ? [] : backends[args.backend].change(answers, mark, args);
  },

  remove(_, args) {
    if (args.backend === "firewalld") return firewalld.removal(args);
    const backend = backends[args.backend];
    return untilRemoved(filterRule.id(args), () => removal(args, backend));
  },
  preflight: preflight,
  hasNoDependents: true,
  warnings: filterWarnings,

  discover: (namespace) => discoverBackends(backends, namespace),

  // A reload of firewalld is for all its rules.
  serialize: (args) => (args.backend === "firewalld" ? args.backend : turnOf(args)),
  together: {
    key: (args) => (args.backend === "nftables" ? `filter ${tableName(args.mark)}` : undefined),
    merge: nftables.merge,
  },
};

function look(answers: readonly Answer[], args: FilterRuleArgs): Reading | undefined {
  const backend = backends[args.backend];
  const found = backend.find(answers, args);
  if (found.length === 0) return undefined;
  return {
    args: observedArgs(found, args, backend.count(args)),
    outputs: { table: backend.table(args) },
    mark: args.mark,
    answers,
  };
}

/** Whether nothing of it is left. */
function* removal(args: FilterRuleArgs, { change }: typeof nftables | typeof iptables): Plan<boolean> {
  const answers = yield filterRule.probe(args);
  return !look(answers, args) || (yield* deleteAll(change(answers, args.mark, args, false)));
}
