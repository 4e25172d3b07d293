import type { Passage } from "../packet";
import type { Chain, Hook, Rule, Verdict } from "./chain";
import { type Found, type Met, run, withoutTracking } from "./run";

/** What the chains of a hook make of a packet together. */
export interface Judgement {
  readonly outcome: "accept" | "drop" | "reject";
  /** What decided: a rule, or the policy of a chain. */
  readonly by?: { readonly chain: Chain; readonly rule?: Rule };
  /** The rule that would let through what is dropped, if it matched: whether it does cannot be told. */
  readonly unless?: Met;
  /** The first rule that translates it. */
  readonly nat?: Found;
  /** The rule that keeps connection tracking away from it. */
  readonly untracked?: Met;
  /** Rules that may have dropped or translated it: what they ask for could not be told. */
  readonly doubts: readonly Met[];
}

/**
 * Asks every base chain of a hook, in the order of their priorities; of equals the one that was made last comes first, as
 * `nf_hook_entries_grow` in the kernel puts it before the others. An accept ends only its own chain; a drop is final. `chains` are
 * in the order in which they were made. `families` are those that meet the packet: `["ip", "inet"]`.
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
    // NAT chains are asked by a connection's first packet, and the first translation is the one that counts.
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
      // Another chain may still drop it for sure.
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

/** In tables of the family bridge, the links are the ports. */
const seenBy = ({ family }: Chain, passage: Passage): Passage =>
  family === "bridge" && passage.bridged
    ? { ...passage, inInterface: passage.bridged.from, outInterface: passage.bridged.to }
    : passage;

const endOf = ({ base }: Chain, found: Found | undefined): Verdict["does"] =>
  found?.verdict.does ?? base?.policy ?? "accept";

const isTranslation = ({ does }: Verdict): boolean =>
  ["dnat", "snat", "netmap", "masquerade", "redirect"].includes(does);

/** The first rule in doubt that would let a packet through which its chain drops. */
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
    // It may lead to rules that are in doubt themselves.
    trials.push(...others.map((other) => ({ met: other, assumed: new Set([...assumed, other.rule]) })));
  }
  return undefined;
}
