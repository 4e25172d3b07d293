import { isDeepStrictEqual } from "node:util";
import type { Definition, Observed, Some } from "../../engine/definition";
import { markOnObject } from "../../engine/strategies";
import { UNKNOWN } from "../../engine/unknown";
import { network } from "../../fields/common";
import { isAny } from "../../fields/nat";
import type { Answer, Command } from "../../linux/command";
import { RefusedError } from "../../linux/errors";
import { addressesIn, namespaceClaim, objectName } from "../../linux/marks/objectName";
import { byResource, hasMark, textOf } from "../../linux/marks/owner";
import type { Plan } from "../../linux/plan";
import { discoverBackends } from "../packetRule/discover";
import { familyAmong, onFamilyChange } from "../packetRule/family";
import { ruleId, turnOf } from "../packetRule/identity";
import { deleteAll, untilRemoved } from "../packetRule/removal";
import { tableName } from "../packetRule/stackTable";
import { mergingBackends } from "../packetRule/together";
import { NatRuleArgs } from "./args";
import { forget } from "./conntrack";
import {
  closeLocalnet,
  type HostContext,
  hostContextIn,
  hostContextProbe,
  isOpen,
  isOpenByUs,
  openLocalnet,
} from "./hostContext";
import * as iptables from "./iptables";
import { legacyWarnings } from "./legacyWarnings";
import * as nftables from "./nftables";
import { natProblems } from "./problems";
import { observedArgs, SAID } from "./readBack";
import { ruleSpecs } from "./ruleSpecs";
import { takenPortWarnings } from "./takenPorts";

interface Outputs {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `nat` with iptables. */
  table: string;
}

/**
 * An observation with its answers, which hold the handles of nftables rules. Handles must not reach the state.
 */
interface Reading extends Observed<NatRuleArgs, Outputs> {
  readonly answers: readonly Answer[];
}

const backends = { nftables, iptables };

/**
 * Network address translation in the kernel: one or more rules, which only the mark in their comments identifies. See
 * nft(8) and iptables-extensions(8).
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
    // Another link has another parameter, and the old one must be restored.
    routeLocalnet: "replace",
  },

  id: (args) => ruleId(args.kind, args),
  // Only its mark identifies a rule, and no two resources share one.
  objectNames: ({ namespace, mark }) => [objectName("NAT rule", namespace, mark)],
  needs: ({ namespace, routeLocalnet }) => [
    ...namespaceClaim(namespace),
    ...(routeLocalnet === undefined ? [] : [objectName("link", namespace, routeLocalnet)]),
  ],

  // The network of a hairpin is derived from an address.
  needsAny: ({ namespace, hairpin }) => (hairpin === true ? [addressesIn(namespace)] : []),
  place: { namespace: "namespace", key: (_, named) => named },

  defaults({ kind, source, destination, to }) {
    const inside = network.safeParse(source).data;
    const masquerade =
      source === UNKNOWN
        ? { destination: UNKNOWN, outInterface: UNKNOWN }
        : inside && !isAny(inside)
          ? { destination: `!${inside}` }
          : // The loopback link has no address to translate to. Packets of the host to itself would be dropped.
            { outInterface: "!lo" };
    return { family: familyAmong([source, destination, to]), ...(kind === "masquerade" && masquerade) };
  },

  problems: natProblems,

  probe: (args) => [...backends[args.backend].probe(args), ...hostContextProbe(args)],
  parse: (answers, args) => look(answers, args),

  create(args, answers = []) {
    const context = hostContextOf(answers, args);
    return [...change(answers, args.mark, args, context), ...openLocalnet(args, context), ...forget(args)];
  },

  update({ args: observed, owner, answers = [] }: Reading, args) {
    const isAsked = SAID.every((field) => isDeepStrictEqual(observed[field], args[field]));
    if (isAsked && hasMark(owner, args.mark)) return [];
    const context = hostContextOf(answers, args);
    const commands = [
      ...change(answers, textOf(owner), args, context),
      ...openLocalnet(args, context),
      ...forget({ ...args, ...matchedIn(observed) }),
      ...forget(args),
    ];
    return [...new Map(commands.map((command) => [JSON.stringify(command), command])).values()];
  },

  remove: (_, args) => untilRemoved(natRule.id(args), () => removal(args)),
  ownership: markOnObject(),
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
    // Other rules need a probe of more than the rules.
    key: (args) =>
      hostContextProbe(args).length === 0 ? `NAT ${args.backend} ${tableName(args.mark)}` : undefined,
    ...mergingBackends(backends),
  },
};

function look(answers: readonly Answer[], args: NatRuleArgs): Reading | undefined {
  const backend = backends[args.backend];
  const found = backend.find(answers, args.mark);
  const context = hostContextOf(answers, args);
  // A manual flush deletes the rules and leaves `route_localnet` set.
  const isOpenForNobody = isOpenByUs(context) && !context.isShared;
  if (found.length === 0 && !isOpenForNobody) return undefined;
  // If the host no longer has such a network, the observed one is as good as any.
  const inside = context.network ?? found.find(({ isForwarded }) => isForwarded)?.source;
  const observed = observedArgs(found, ruleSpecs(args, inside), args);
  const table = args.backend === "nftables" ? tableName(args.mark) : "nat";
  const isShut = args.routeLocalnet !== undefined && !isOpen(context);
  return {
    args: isShut ? { ...observed, routeLocalnet: undefined } : observed,
    outputs: { table },
    owner: byResource(args.mark),
    answers,
  };
}

/**
 * Returns the host context, from the answers that follow those of the backend. A network that the program names takes
 * precedence.
 */
function hostContextOf(answers: readonly Answer[], args: NatRuleArgs): HostContext {
  const context = hostContextIn(answers.slice(backends[args.backend].probe(args).length), args);
  return typeof args.hairpin === "string" ? { ...context, network: args.hairpin } : context;
}

function change(answers: readonly Answer[], was: string, args: NatRuleArgs, context: HostContext): Command[] {
  // Without answers there was no look, and no command will run.
  if (args.hairpin && context.network === undefined && answers.length > 0) {
    throw new RefusedError(
      `${natRule.id(args)}: hairpin is true, but ${args.namespace ?? "the host"} has no address in the network of ${args.to} yet: create that address first (\`dependsOn\`), or name the network`,
    );
  }
  return backends[args.backend].change(answers, was, args, ruleSpecs(args, context.network));
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
  // The guard is deleted after this.
  yield closeLocalnet(args, hostContextOf(answers, args));
  const isGone = yield* deleteAll(backends[args.backend].change(answers, args.mark, args, []));
  yield forget({ ...args, ...matchedIn(observed.args) });
  if (!isGone || args.routeLocalnet === undefined) return isGone;
  // Since the first look, another stack may have started or stopped needing it.
  const after = hostContextOf(yield natRule.probe(args), args);
  yield after.isShared ? openLocalnet(args, after) : closeLocalnet(args, after);
  return true;
}
