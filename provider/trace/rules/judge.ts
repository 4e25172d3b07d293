import type { Passage } from "../packet";
import type { Chain, Hook, Rule, Verdict } from "./chain";
import { type Found, type Met, run, withoutTracking } from "./run";

/** The decision of all chains of a hook about a packet. */
export interface Judgement {
  readonly outcome: "accept" | "drop" | "reject";
  /** The rule that decided, or the chain whose policy did. */
  readonly by?: { readonly chain: Chain; readonly rule?: Rule };
  /** A rule that may accept the dropped packet before. Whether it matches is unknown. */
  readonly unless?: Met;
  /** The first rule that translates the packet. */
  readonly nat?: Found;
  /** The rule that excludes the packet from connection tracking. */
  readonly untracked?: Met;
  /** Rules that may drop or translate the packet. Whether they match is unknown. */
  readonly doubts: readonly Met[];
}

/**
 * Judges every base chain of a hook by priority. Of equals, the last created comes first (`nf_hook_entries_grow` in the
 * kernel). An accept ends only its own chain; a drop is final. `chains` are in order of creation. `families` are those
 * that see the packet: `["ip", "inet"]`.
 */
export function judge(
  chains: readonly Chain[],
  hook: Hook,
  families: readonly string[],
  given: Passage,
): Judgement {
  const doubts: Met[] = [];
  let passage = given;
  let nat: Judgement["nat"];
  let untracked: Judgement["untracked"];
  let doubtful: Pick<Judgement, "outcome" | "by" | "unless"> | undefined;
  const bases = chains
    .filter(({ base, family }) => base?.hook === hook && families.includes(family))
    .reverse()
    .sort((a, b) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0));
  for (const chain of bases) {
    const isNat = chain.base?.type === "nat";
    // Only the first packet of a connection meets NAT chains, and the first translation counts.
    if (isNat && (passage.packet.isReply || passage.packet.tracking || nat)) continue;
    const seen = seenBy(chain, passage);
    const { found, doubts: own, ...more } = run(chain, chains, seen);
    doubts.push(...own);
    const does = endOf(chain, found);
    if (does === "drop" || does === "reject") {
      const by = found && found.verdict.does === does ? { chain: found.chain, rule: found.rule } : { chain };
      const unless = rescuer(chain, chains, seen, own);
      const dropped = { outcome: does, by, ...(unless && { unless }) } as const;
      if (!unless) return { ...dropped, doubts, ...(nat && { nat }) };
      // Another chain may certainly drop it.
      doubtful ??= dropped;
    }
    if (found && isNat && isTranslation(found.verdict)) nat = found;
    if (more.untracked) {
      untracked ??= more.untracked;
      passage = withoutTracking(passage);
    }
  }
  return { outcome: "accept", ...doubtful, doubts, ...(nat && { nat }), ...(untracked && { untracked }) };
}

/** In the family bridge, the links are the ports. */
const seenBy = ({ family }: Chain, passage: Passage): Passage =>
  family === "bridge" && passage.bridged
    ? { ...passage, inInterface: passage.bridged.from, outInterface: passage.bridged.to }
    : passage;

const endOf = ({ base }: Chain, found: Found | undefined): Verdict["does"] =>
  found?.verdict.does ?? base?.policy ?? "accept";

const isTranslation = ({ does }: Verdict): boolean =>
  ["dnat", "snat", "netmap", "masquerade", "redirect"].includes(does);

/** Returns the first doubtful rule that would accept a packet that its chain drops. */
function rescuer(
  chain: Chain,
  chains: readonly Chain[],
  passage: Passage,
  doubts: readonly Met[],
): Met | undefined {
  const trials = doubts.map((met) => ({ met, assumed: new Set([met.rule]) }));
  const tried = new Set<Rule>();
  for (const { met, assumed } of trials) {
    if (tried.has(met.rule)) continue;
    tried.add(met.rule);
    const { found, doubts: others } = run(chain, chains, passage, assumed);
    if (!/^(drop|reject)$/.test(endOf(chain, found))) return met;
    // It may lead to further doubtful rules.
    trials.push(...others.map((other) => ({ met: other, assumed: new Set([...assumed, other.rule]) })));
  }
  return undefined;
}
