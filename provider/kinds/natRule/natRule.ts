import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Definition, Observed, Some } from "../../engine/definition";
import { UNKNOWN } from "../../engine/unknown";
import { integer, namespaceName, network } from "../../fields/common";
import {
  isAny,
  matchedInterface,
  matchedLink,
  matchedNetwork,
  matchedPort,
  protocol,
} from "../../fields/nat";
import { natTarget } from "../../fields/natTarget";
import type { Answer, Command, Steps } from "../../linux/command";
import { RefusedError } from "../../linux/errors";
import { claimOf, namespaceClaim } from "../../linux/marks/objectName";
import { surveyOf } from "../packetRule/discover";
import { familyAmong, onFamilyChange } from "../packetRule/family";
import { ruleId, turnOf } from "../packetRule/identity";
import { deleteAll, untilRemoved } from "../packetRule/removal";
import { tableName } from "../packetRule/stackTable";
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
import { legacyCaveats } from "./legacyWarnings";
import * as nftables from "./nftables";
import { natProblems } from "./problems";
import { SAID, seenArgs } from "./readBack";
import { legs } from "./ruleSpecs";
import { takenCaveats } from "./takenPorts";

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, {
    error: ({ input }) =>
      input === undefined
        ? `is required: one of ${values.join(", ")}`
        : `is ${JSON.stringify(input)}, not one of ${values.join(", ")}`,
  });

export const NatRuleArgs = z.object({
  /**
   * What is translated. `masquerade`: the source, to the address of the interface a packet leaves by. `snat`: the
   * source, to `to`. `dnat`: the destination, to `to`. `redirect`: the destination, to port `to` of the host itself.
   * Replaces.
   */
  kind: oneOf("masquerade", "snat", "dnat", "redirect"),
  /** Network namespace whose packets are translated. Default: the host's own. Replaces. */
  namespace: namespaceName.optional(),
  /**
   * Where the rule is kept: `nftables`, in a table of this stack's own, or `iptables`, in the chains that all share.
   * Default: `nftables`. Replaces.
   */
  backend: oneOf("nftables", "iptables").default("nftables"),
  /**
   * `ipv4` or `ipv6`. Default: the family of the addresses given, else `ipv4`. Updates in place while an address is not
   * known yet, as in a preview; a real change replaces.
   */
  family: oneOf("ipv4", "ipv6"),
  /**
   * Only packets from this address or network: `192.168.15.0/24`; with `!` in front, only those from elsewhere. The
   * addresses are those before translation. Default: any. Updates in place.
   */
  source: matchedNetwork.optional(),
  /**
   * Only packets to this address or network; with `!` in front, only those to elsewhere. `0.0.0.0/0` or `::/0` is
   * everywhere. Default: for `masquerade` with a `source` all but that source, so that packets within the network stay
   * as they are; multicast stays as it is too, unless this names it or is everywhere; for `dnat` the host's own
   * addresses except 127.0.0.0/8 and ::1, so that packets routed to others and services on localhost stay out of it; else
   * any. Updates in place.
   */
  destination: matchedNetwork.optional(),
  /**
   * Only packets that come in by this interface: `eth0`, `veth*` for all names that start so, `!eth0` for all others.
   * For `dnat` and `redirect`. A `dnat` with it leaves the host's own packets alone, as they come in by none.
   * Default: any. Updates in place.
   */
  inInterface: matchedInterface.optional(),
  /**
   * Only packets that leave by this interface: `eth0`, `veth*`, `!eth0`. For `masquerade` and `snat`. Default: for
   * `masquerade` of anything but a `source` network all but the loopback link, which has no address to put in; else
   * any. Updates in place.
   */
  outInterface: matchedInterface.optional(),
  /**
   * Only packets of this protocol: `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, `esp` or `ah`. Default: any. Updates in
   * place.
   */
  protocol: protocol.optional(),
  /**
   * Only packets to this port, a number; to a range, `"8000-8010"`; or to one of a list, `[80, 443]`. Needs a
   * `protocol` that has ports. Default: any. Updates in place.
   */
  port: matchedPort.optional(),
  /** Only packets from this port, range or one of a list, written as `port` is. Default: any. Updates in place. */
  sourcePort: matchedPort.optional(),
  /**
   * What is put in: for `snat` and `dnat` an address or a range of addresses, each with a port or a range of ports
   * where wanted (`192.168.15.2`, `192.168.15.2-192.168.15.9`, `192.168.15.2:80`, `[fd00::2]:8000-8010`), for `redirect` a
   * port or a range of ports. Without a port it stays the same. Of a range the kernel picks one for each connection; a
   * port that is in the range already stays. Two kinds of range are mapped one to one, in order: a network
   * (`192.168.15.0/24`) in place of one of the same size, which is the `destination` of a `dnat` and the `source` of an
   * `snat`; and for `dnat` ports of a range as long as that of `port`, at most 1024. Required, but for `masquerade`, which
   * takes none. Updates in place.
   */
  to: natTarget.optional(),
  /**
   * Where it stands among the rules of this stack that see the same packets, -99 to 99: the lowest is asked first, of
   * equals the one made first, and the first that fits decides. Below 0 it comes before the NAT rules that others keep at
   * the usual place (Docker, CNI), from 1 on after them; iptables keeps all in one list, where what others add
   * later may come before or after it. Default: 0. Updates in place.
   */
  priority: integer(-99, 99).default(0),
  /**
   * For `dnat`: whether the forward can be used from the network that `to` is in as well, `to` itself included. The host
   * then asks in its own name (masquerade), as an answer past it would not be taken for one. `true` means the
   * network on a link of the host that `to` is in, as it is when the rule is made; or name the network. Default: false.
   * Updates in place.
   */
  hairpin: z.union([z.boolean(), network], "is neither true, false nor a network").default(false),
  /**
   * For `dnat` over IPv4: the link by which packets of localhost may pass. Where `to` is elsewhere, the host's own
   * packets to 127.0.0.1 are forwarded as well, and this is the link that leads to `to`; where `to` is in 127.0.0.0/8,
   * packets that come in by this link reach it. Its parameter `route_localnet` is set (to 110, where it was 0) for as long as a
   * rule needs it, and whatever else comes in by it for 127.0.0.0/8 is dropped. Default: none, nothing on localhost is forwarded.
   * Replaces.
   */
  routeLocalnet: matchedLink.optional(),
});

export type NatRuleArgs = z.output<typeof NatRuleArgs> & { mark: string };

interface Outputs {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `nat` with iptables. */
  table: string;
}

/** What `parse` found. The answers have the handles by which nftables knows rules; the state must not have them. */
interface Seen extends Observed<NatRuleArgs, Outputs> {
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
  claims: ({ namespace, mark }) => [claimOf("NAT rule", namespace, mark)],
  needs: ({ namespace, routeLocalnet }) => [
    ...namespaceClaim(namespace),
    ...(routeLocalnet === undefined ? [] : [claimOf("link", namespace, routeLocalnet)]),
  ],

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

  update({ args: seen, mark = "", answers = [] }: Seen, args) {
    const isAsked = SAID.every((field) => isDeepStrictEqual(seen[field], args[field]));
    if (isAsked && mark === args.mark) return [];
    const ground = groundOf(answers, args);
    const commands = [
      ...change(answers, mark, args, ground),
      ...openLocalnet(args, ground),
      ...forget({ ...args, ...matchedIn(seen) }),
      ...forget(args),
    ];
    return [...new Map(commands.map((command) => [JSON.stringify(command), command])).values()];
  },

  remove: (_, args) => untilRemoved(natRule.id(args), () => removal(args)),
  isLeaf: true,
  *caveats(args) {
    return [...(yield* legacyCaveats(args)), ...(yield* takenCaveats(args))];
  },

  survey: (namespace) => surveyOf(backends, namespace),

  serialize: ({ routeLocalnet, ...args }) => [
    turnOf(args),
    ...(routeLocalnet === undefined ? [] : [`localnet ${args.namespace ?? ""}/${routeLocalnet}`]),
  ],
};

function look(answers: readonly Answer[], args: NatRuleArgs): Seen | undefined {
  const backend = backends[args.backend];
  const found = backend.find(answers, args.mark);
  const ground = groundOf(answers, args);
  // What is left of a rule once somebody has flushed them all.
  const isOpenForNobody = isOpenByUs(ground) && !ground.isShared;
  if (found.length === 0 && !isOpenForNobody) return undefined;
  // Where the host has no such network any more, the one that was found is as good as any.
  const inside = ground.network ?? found.find(({ isForwarded }) => isForwarded)?.source;
  const seen = seenArgs(found, legs(args, inside), args);
  const table = args.backend === "nftables" ? tableName(args.mark) : "nat";
  const isShut = args.routeLocalnet !== undefined && !isOpen(ground);
  return {
    args: isShut ? { ...seen, routeLocalnet: undefined } : seen,
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

/** What tells which connections the rule was for. */
const matchedIn = ({ source, destination, protocol, port, sourcePort }: Some<NatRuleArgs>) => ({
  ...{ source, destination, protocol, port, sourcePort },
});

/** Whether nothing of it is left. */
function* removal(args: NatRuleArgs): Steps<boolean> {
  const answers = yield natRule.probe(args);
  const seen = look(answers, args);
  if (!seen) return true;
  // Before its guard goes.
  yield closeLocalnet(args, groundOf(answers, args));
  const isGone = yield* deleteAll(backends[args.backend].change(answers, args.mark, args, []));
  yield forget({ ...args, ...matchedIn(seen.args) });
  if (!isGone || args.routeLocalnet === undefined) return isGone;
  // Another stack may have begun to need it, or have let go of it, since the look before.
  const after = groundOf(yield natRule.probe(args), args);
  yield after.isShared ? openLocalnet(args, after) : closeLocalnet(args, after);
  return true;
}
