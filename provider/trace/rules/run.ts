import type { Passage } from "../packet";
import type { Chain, Rule, Verdict } from "./chain";

/** A rule and its chain. */
export interface Met {
  readonly chain: Chain;
  readonly rule: Rule;
}

/** The rule that ends a chain. */
export interface Found extends Met {
  readonly verdict: Verdict;
}

interface Run {
  /** `undefined` if the policy decides. */
  readonly found: Found | undefined;
  /** Rules that may match. They count as not matching. */
  readonly doubts: readonly Met[];
  /** The rule that excludes the packet from connection tracking. */
  readonly untracked?: Met | undefined;
}

/** The maximum depth of jumps, as in the kernel (NFT_JUMP_STACK_SIZE). */
const DEPTH = 16;

/**
 * Runs the rules of a chain in order, with the chains that they call. Doubtful rules match if they are in `assumed`.
 */
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
    // A target with unknown effect, such as NFQUEUE or TPROXY, not a chain.
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

/** The priority of connection tracking. A tracked packet stays tracked. */
const TRACKING = -200;

const comesBeforeTracking = ({ base }: Chain): boolean =>
  base !== undefined && /^(prerouting|output)$/.test(base.hook) && base.priority < TRACKING;

export const withoutTracking = (passage: Passage): Passage => ({
  ...passage,
  packet: { ...passage.packet, tracking: "off" },
});

type Call = Extract<Verdict, { readonly chain: string }>;

const isCall = (verdict: Verdict): verdict is Call => verdict.does === "jump" || verdict.does === "goto";
