import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { namespaceClaim } from "../claim";
import type { Answer, Steps } from "../command";
import type { Definition, Observed } from "../definition";
import { namespaceName, network } from "../fields/common";
import { isAny, matchedInterface, matchedNetwork, matchedPort, protocol } from "../fields/nat";
import { familyIn, natTarget } from "../fields/natTarget";
import { parseMark } from "../mark";
import * as iptables from "../nat/iptables";
import { legs, SAID, seenArgs } from "../nat/legs";
import * as nftables from "../nat/nftables";
import { natProblems } from "../nat/problems";
import { hasUnknown, UNKNOWN } from "../unknown";

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
   * as they are; for `dnat` the host's own addresses except 127.0.0.0/8 and ::1, so that packets routed to others and
   * services on localhost stay out of it; else any. Updates in place.
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
   * port that is in the range already stays. Required, but for `masquerade`, which takes none. Updates in place.
   */
  to: natTarget.optional(),
});

export type NatRuleArgs = z.output<typeof NatRuleArgs> & { mark: string };

interface Outputs {
  /** Name of the table that holds the rule: `pulumi-netns/PROJECT/STACK`, or `nat` with iptables. */
  table: string;
}

/** What `parse` found. The listing has the handles by which nftables knows rules; the state must not have them. */
interface Seen extends Observed<NatRuleArgs, Outputs> {
  readonly listing: string | undefined;
}

const backends = { nftables, iptables };
const BACKENDS = ["nftables", "iptables"] as const;

/**
 * Network address translation in the kernel: one or two rules, which carry the mark as comment and are found by
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
    // Unknown as long as an address is: whatever that will be, it is hardly ever of the other family.
    family: (_, now) => (hasUnknown(now) ? "update" : "replace"),
    source: "update",
    destination: "update",
    inInterface: "update",
    outInterface: "update",
    protocol: "update",
    port: "update",
    sourcePort: "update",
    to: "update",
  },

  id({ namespace, kind, mark }) {
    const { label, hash } = parseMark(mark) ?? { label: mark, hash: "" };
    return `${namespace ? `${namespace}/` : ""}${kind} ${label} ${hash}`;
  },

  // A rule is known by its mark alone, and no two resources have the same.
  claims: () => [],
  needs: ({ namespace }) => namespaceClaim(namespace),

  defaults({ kind, source, destination, to }) {
    const given = [source, destination, to];
    const families = given.map((text) => (typeof text === "string" ? familyIn(text) : undefined));
    const otherwise = given.includes(UNKNOWN) ? UNKNOWN : "ipv4";
    const inside = network.safeParse(source).data;
    const masquerade =
      source === UNKNOWN
        ? { destination: UNKNOWN, outInterface: UNKNOWN }
        : inside && !isAny(inside)
          ? { destination: `!${inside}` }
          : // The loopback link has no address to put in: what the host sends to itself would be dropped.
            { outInterface: "!lo" };
    return {
      family: families.find((family) => family !== undefined) ?? otherwise,
      ...(kind === "masquerade" && masquerade),
    };
  },

  problems: natProblems,

  probe: (args) => [backends[args.backend].probe(args)],
  parse: (answers, args) => look(answers, args),
  create: (args) => backends[args.backend].change(undefined, args.mark, args, legs(args)),

  update({ args: seen, mark = "", listing }: Seen, args) {
    const isAsked = SAID.every((field) => isDeepStrictEqual(seen[field], args[field]));
    return isAsked && mark === args.mark
      ? []
      : backends[args.backend].change(listing, mark, args, legs(args));
  },

  remove: (_, args) => removal(args),

  survey(namespace) {
    const perBackend = BACKENDS.map((backend) => ({
      backend,
      commands: backends[backend].survey(namespace),
    }));
    return {
      commands: perBackend.flatMap(({ commands }) => commands),
      find(answers) {
        const left = [...answers];
        return perBackend.flatMap(({ backend, commands }) =>
          backends[backend]
            .surveyed(left.splice(0, commands.length))
            .map((rule) => ({ namespace, backend, ...rule })),
        );
      },
    };
  },

  serialize: ({ namespace = "", backend, family }) => `nat ${namespace}/${backend} ${family}`,
};

function look([listing]: readonly Answer[], args: NatRuleArgs): Seen | undefined {
  const { find } = backends[args.backend];
  const found = find(listing, args.mark);
  if (found.length === 0) return undefined;
  const table = args.backend === "nftables" ? nftables.tableName(args.mark) : "nat";
  return { args: seenArgs(found, args), outputs: { table }, mark: args.mark, listing };
}

/** How often a removal is tried while somebody else removes rules at the same time. */
const ATTEMPTS = 3;

/** A rule that goes between the look and the deletion fails its whole transaction: then there is another look. */
function* removal(args: NatRuleArgs): Steps {
  const { backend, mark } = args;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const answers = yield natRule.probe(args);
    const seen = look(answers, args);
    if (!seen) return;
    const done: Answer[] = [];
    for (const command of backends[backend].change(seen.listing, mark, args, []))
      done.push(...(yield [command]));
    if (!done.includes(undefined)) return;
  }
  throw new Error(`${natRule.id(args)}: its rules are still there after ${ATTEMPTS} attempts to delete them`);
}
