import type { Passage } from "../packet";
import type { Chain, Hook, Rule, Verdict } from "./chain";

/** What the chains of a hook make of a packet together. */
export interface Judgement {
  readonly outcome: "accept" | "drop" | "reject";
  /** What decided: a rule, or the policy of a chain. */
  readonly by?: { readonly chain: Chain; readonly rule?: Rule };
  /** The first rule that translates it. */
  readonly nat?: { readonly verdict: Verdict; readonly chain: Chain; readonly rule: Rule };
  /** Rules that may have dropped or translated it: what they ask for could not be told. */
  readonly doubts: readonly { readonly chain: Chain; readonly rule: Rule }[];
}

type Found = { readonly verdict: Verdict; readonly chain: Chain; readonly rule: Rule };

/** How deep chains may call each other, as in the kernel (NFT_JUMP_STACK_SIZE). */
const DEPTH = 16;

/**
 * Asks every base chain of a hook, in the order of their priorities. An accept ends only its own chain; a drop is final.
 * `families` are those that meet the packet: `["ip", "inet"]`.
 */
export function judge(
  chains: readonly Chain[],
  hook: Hook,
  families: readonly string[],
  passage: Passage,
): Judgement {
  const doubts: { chain: Chain; rule: Rule }[] = [];
  let nat: Judgement["nat"];
  const bases = chains
    .filter(({ base, family }) => base?.hook === hook && families.includes(family))
    .sort((a, b) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0));
  for (const chain of bases) {
    const isNat = chain.base?.type === "nat";
    // NAT chains are asked by a connection's first packet, and the first translation is the one that counts.
    if (isNat && (passage.packet.isReply || nat)) continue;
    const found = run(chain, chains, passage, doubts, 0);
    const does = found?.verdict.does ?? chain.base?.policy ?? "accept";
    if (does === "drop" || does === "reject") {
      const by = found && found.verdict.does === does ? { chain: found.chain, rule: found.rule } : { chain };
      return { outcome: does, by, doubts, ...(nat && { nat }) };
    }
    if (found && isNat && isTranslation(found.verdict)) nat = found;
  }
  return { outcome: "accept", doubts, ...(nat && { nat }) };
}

const isTranslation = ({ does }: Verdict): boolean =>
  ["dnat", "snat", "masquerade", "redirect"].includes(does);

/** The rule that ends a chain for this packet; `undefined` where its policy does. */
function run(
  chain: Chain,
  chains: readonly Chain[],
  passage: Passage,
  doubts: { chain: Chain; rule: Rule }[],
  depth: number,
): Found | undefined {
  if (depth > DEPTH) return undefined;
  for (const rule of chain.rules) {
    const verdict = rule.judge(passage);
    if (verdict === "nothing") continue;
    if (verdict === "doubt") {
      doubts.push({ chain, rule });
      continue;
    }
    if (verdict.does === "return") return undefined;
    if (verdict.does !== "jump" && verdict.does !== "goto") return { verdict, chain, rule };
    const target = chains.find(
      ({ tool, family, table, name }) =>
        tool === chain.tool && family === chain.family && table === chain.table && name === verdict.chain,
    );
    if (!target) {
      // No chain, but a target that nothing is known of: NFQUEUE, NETMAP, TPROXY.
      doubts.push({ chain, rule });
      continue;
    }
    const found = run(target, chains, passage, doubts, depth + 1);
    if (found || verdict.does === "goto") return found;
  }
  return undefined;
}
