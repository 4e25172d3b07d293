import type { Passage } from "../packet";
import type { Chain, Rule, Verdict } from "./chain";

/** A rule that a packet has met. */
export interface Met {
  readonly chain: Chain;
  readonly rule: Rule;
}

/** The rule that ends a chain. */
export interface Found extends Met {
  readonly verdict: Verdict;
}

interface Run {
  /** `undefined` where the policy decides. */
  readonly found: Found | undefined;
  /** Rules of which it cannot be told whether they match. They are counted as not matching. */
  readonly doubts: readonly Met[];
  /** The rule that keeps connection tracking away from the packet. */
  readonly untracked?: Met | undefined;
}

/** How deep chains may call each other, as in the kernel (NFT_JUMP_STACK_SIZE). */
const DEPTH = 16;

/** One rule after the other, and the chains that they call. Of rules in doubt, those `assumed` are taken to match. */
export function run(
  chain: Chain,
  chains: readonly Chain[],
  given: Passage,
  assumed: ReadonlySet<Rule> = new Set(),
): Run {
  const doubts: Met[] = [];
  const isInTime = comesBeforeTracking(chain);
  let passage = given;
  let untracked: Met | undefined;
  const found = follow(chain, 0);
  return { found, doubts, untracked };

  function follow(chain: Chain, depth: number): Found | undefined {
    if (depth > DEPTH) return undefined;
    for (const rule of chain.rules) {
      const verdict = verdictOf(rule, chain);
      const untracks = isInTime && !untracked && rule.untracks ? rule.untracks(passage) : false;
      if (untracks) {
        untracked = { chain, rule };
        passage = withoutTracking(passage);
      }
      if (verdict === "doubt" || untracks === undefined) doubts.push({ chain, rule });
      if (verdict === "doubt" || verdict === "nothing") continue;
      if (verdict.does === "return") return undefined;
      const target = targetOf(verdict, chain);
      if (!target) return { verdict, chain, rule };
      const found = follow(target, depth + 1);
      if (found || verdict.does === "goto") return found;
    }
    return undefined;
  }

  function verdictOf(rule: Rule, chain: Chain): Verdict | "nothing" | "doubt" {
    const judged = rule.judge(passage);
    if (judged === "nothing") return judged;
    const verdict = judged.does === "doubt" ? judged.may : judged;
    // No chain, but a target that nothing is known of: NFQUEUE, TPROXY.
    const isKnown = verdict && (!isCall(verdict) || targetOf(verdict, chain));
    if (isKnown && judged.does !== "doubt") return verdict;
    if (!assumed.has(rule)) return "doubt";
    return isKnown ? verdict : { does: "accept" };
  }

  function targetOf(verdict: Verdict, { tool, family, table }: Chain): Chain | undefined {
    if (!isCall(verdict)) return undefined;
    return chains.find(
      (one) =>
        one.tool === tool && one.family === family && one.table === table && one.name === verdict.chain,
    );
  }
}

/** Priority of connection tracking: what has been tracked stays so. */
const TRACKING = -200;

const comesBeforeTracking = ({ base }: Chain): boolean =>
  base !== undefined && /^(prerouting|output)$/.test(base.hook) && base.priority < TRACKING;

export const withoutTracking = (passage: Passage): Passage => ({
  ...passage,
  packet: { ...passage.packet, tracking: "off" },
});

type Call = Extract<Verdict, { readonly chain: string }>;

const isCall = (verdict: Verdict): verdict is Call => verdict.does === "jump" || verdict.does === "goto";
