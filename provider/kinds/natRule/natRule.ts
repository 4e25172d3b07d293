import { isDeepStrictEqual } from "node:util";
import type { Definition, Observed, Some } from "../../engine/definition";
import { UNKNOWN } from "../../engine/unknown";
import { network } from "../../fields/common";
import { isAny } from "../../fields/nat";
import type { Answer, Command } from "../../linux/command";
import { RefusedError } from "../../linux/errors";
import { addressesIn, namespaceClaim, objectName } from "../../linux/marks/objectName";
import type { Plan } from "../../linux/plan";
import { discoverBackends } from "../packetRule/discover";
import { familyAmong, onFamilyChange } from "../packetRule/family";
import { ruleId, turnOf } from "../packetRule/identity";
import { deleteAll, untilRemoved } from "../packetRule/removal";
import { tableName } from "../packetRule/stackTable";
import { NatRuleArgs } from "./args";
import { forget } from "./conntrack";
import {
  closeLocalnet,
  type Ground,
  groundIn,
  groundProbe,
  isOpen,
  isOpenByUs,
  openLocalnet,
} from "./hostContext";
import * as iptables from "./iptables";
import { legacyWarnings } from "./legacyWarnings";
import * as nftables from "./nftables";
import { natProblems } from "./problems";
import { observedArgs, SAID } from "./readBack";
import { legs } from "./ruleSpecs";
import { takenPortWarnings } from "./takenPorts";

interface Outputs {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `nat` with iptables. */
  table: string;
}

/** What `parse` found. The answers have the handles by which nftables knows rules; the state must not have them. */
interface Reading extends Observed<NatRuleArgs, Outputs> {
  readonly answers: readonly Answer[];
}

const backends = { nftables, iptables };

/**
 * Network address translation in the kernel: one or more rules, which carry the mark as comment and are found by
 * nothing else. See nft(8) and iptables-extensions(8).
 */
export const natRule: Definition<NatRuleArgs, Outputs> = {
  kind: "NatRule",
  schema: NatRuleArgs,
  identity: "kind",
  onChange: {
    kind: "replace",
    namespace: "replace",
    backend: "replace",
    family: onFamilyChange,
    source: "update",
    destination: "update",
    inInterface: "update",
    outInterface: "update",
    protocol: "update",
    port: "update",
    sourcePort: "update",
    to: "update",
    priority: "update",
    hairpin: "update",
    // Another link has another parameter, and the old one is to be set back.
    routeLocalnet: "replace",
  },

  id: (args) => ruleId(args.kind, args),
  // A rule is known by its mark alone, and no two resources have the same.
  objectNames: ({ namespace, mark }) => [objectName("NAT rule", namespace, mark)],
  needs: ({ namespace, routeLocalnet }) => [
    ...namespaceClaim(namespace),
    ...(routeLocalnet === undefined ? [] : [objectName("link", namespace, routeLocalnet)]),
  ],

  // The network of a hairpin is that of an address.
  needsAny: ({ namespace, hairpin }) => (hairpin === true ? [addressesIn(namespace)] : []),
  place: { namespace: "namespace", key: (_, named) => named },

  defaults({ kind, source, destination, to }) {
    const inside = network.safeParse(source).data;
    const masquerade =
      source === UNKNOWN
        ? { destination: UNKNOWN, outInterface: UNKNOWN }
        : inside && !isAny(inside)
          ? { destination: `!${inside}` }
          : // The loopback link has no address to put in: what the host sends to itself would be dropped.
            { outInterface: "!lo" };
    return { family: familyAmong([source, destination, to]), ...(kind === "masquerade" && masquerade) };
  },

  problems: natProblems,

  probe: (args) => [...backends[args.backend].probe(args), ...groundProbe(args)],
  parse: (answers, args) => look(answers, args),

  create(args, answers = []) {
    const ground = groundOf(answers, args);
    return [...change(answers, args.mark, args, ground), ...openLocalnet(args, ground), ...forget(args)];
  },

  update({ args: observed, mark = "", answers = [] }: Reading, args) {
    const isAsked = SAID.every((field) => isDeepStrictEqual(observed[field], args[field]));
    if (isAsked && mark === args.mark) return [];
    const ground = groundOf(answers, args);
    const commands = [
      ...change(answers, mark, args, ground),
      ...openLocalnet(args, ground),
      ...forget({ ...args, ...matchedIn(observed) }),
      ...forget(args),
    ];
    return [...new Map(commands.map((command) => [JSON.stringify(command), command])).values()];
  },

  remove: (_, args) => untilRemoved(natRule.id(args), () => removal(args)),
  hasNoDependents: true,
  *warnings(args) {
    return [...(yield* legacyWarnings(args)), ...(yield* takenPortWarnings(args))];
  },

  discover: (namespace) => discoverBackends(backends, namespace),

  serialize: ({ routeLocalnet, ...args }) => [
    turnOf(args),
    ...(routeLocalnet === undefined ? [] : [`localnet ${args.namespace ?? ""}/${routeLocalnet}`]),
  ],
  together: {
    // The others look at more than the rules.
    key: (args) =>
      args.backend === "nftables" && groundProbe(args).length === 0
        ? `NAT ${tableName(args.mark)}`
        : undefined,
    merge: nftables.merge,
  },
};

function look(answers: readonly Answer[], args: NatRuleArgs): Reading | undefined {
  const backend = backends[args.backend];
  const found = backend.find(answers, args.mark);
  const ground = groundOf(answers, args);
  // A flush by hand deletes the rules and leaves `route_localnet` set.
  const isOpenForNobody = isOpenByUs(ground) && !ground.isShared;
  if (found.length === 0 && !isOpenForNobody) return undefined;
  // Where the host has no such network any more, the one that was found is as good as any.
  const inside = ground.network ?? found.find(({ isForwarded }) => isForwarded)?.source;
  const observed = observedArgs(found, legs(args, inside), args);
  const table = args.backend === "nftables" ? tableName(args.mark) : "nat";
  const isShut = args.routeLocalnet !== undefined && !isOpen(ground);
  return {
    args: isShut ? { ...observed, routeLocalnet: undefined } : observed,
    outputs: { table },
    mark: args.mark,
    answers,
  };
}

/** What `groundIn` finds behind the answers for the backend, with the network that was named. */
function groundOf(answers: readonly Answer[], args: NatRuleArgs): Ground {
  const ground = groundIn(answers.slice(backends[args.backend].probe(args).length), args);
  return typeof args.hairpin === "string" ? { ...ground, network: args.hairpin } : ground;
}

function change(answers: readonly Answer[], was: string, args: NatRuleArgs, ground: Ground): Command[] {
  // Without answers nobody has looked, and nothing is going to be run.
  if (args.hairpin && ground.network === undefined && answers.length > 0) {
    throw new RefusedError(
      `${natRule.id(args)}: hairpin is true, but ${args.namespace ?? "the host"} has no address in the network of ${args.to} yet: make that address first (\`dependsOn\`), or name the network`,
    );
  }
  return backends[args.backend].change(answers, was, args, legs(args, ground.network));
}

/** Selects the fields that identify the connections of a rule. */
const matchedIn = ({ source, destination, protocol, port, sourcePort }: Some<NatRuleArgs>) => ({
  ...{ source, destination, protocol, port, sourcePort },
});

/** Removes a rule. Returns whether nothing of it is left. */
function* removal(args: NatRuleArgs): Plan<boolean> {
  const answers = yield natRule.probe(args);
  const observed = look(answers, args);
  if (!observed) return true;
  // Before its guard goes.
  yield closeLocalnet(args, groundOf(answers, args));
  const isGone = yield* deleteAll(backends[args.backend].change(answers, args.mark, args, []));
  yield forget({ ...args, ...matchedIn(observed.args) });
  if (!isGone || args.routeLocalnet === undefined) return isGone;
  // Another stack may have begun to need it, or have let go of it, since the look before.
  const after = groundOf(yield natRule.probe(args), args);
  yield after.isShared ? openLocalnet(args, after) : closeLocalnet(args, after);
  return true;
}
