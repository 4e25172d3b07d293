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
}

/** How deep chains may call each other, as in the kernel (NFT_JUMP_STACK_SIZE). */
const DEPTH = 16;

/** One rule after the other, and the chains that they call. Of rules in doubt, those `assumed` are taken to match. */
export function run(
  chain: Chain,
  chains: readonly Chain[],
  passage: Passage,
  assumed: ReadonlySet<Rule> = new Set(),
): Run {
  const doubts: Met[] = [];
  return { found: follow(chain, 0), doubts };

  function follow(chain: Chain, depth: number): Found | undefined {
    if (depth > DEPTH) return undefined;
    for (const rule of chain.rules) {
      const verdict = verdictOf(rule, chain);
      if (verdict === "nothing") continue;
      if (verdict === "doubt") {
        doubts.push({ chain, rule });
        continue;
      }
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
    // No chain, but a target that nothing is known of: NFQUEUE, NETMAP, TPROXY.
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

type Call = Extract<Verdict, { readonly chain: string }>;

const isCall = (verdict: Verdict): verdict is Call => verdict.does === "jump" || verdict.does === "goto";
