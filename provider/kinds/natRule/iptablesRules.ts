import { parseTarget, printTarget } from "../../fields/natTarget";
import { matchWords, readWords } from "../packetRule/iptables";
import { combine, type Listed } from "../packetRule/match";
import { type Kind, NAT_FIELDS, type NatMatch, type RuleSpec } from "./ruleSpecs";

/** Converts a rule to the words of iptables(8), and back. */

const TARGETS: Readonly<Record<Kind, readonly [target: string, option: string]>> = {
  masquerade: ["MASQUERADE", "--to-ports"],
  snat: ["SNAT", "--to-source"],
  dnat: ["DNAT", "--to-destination"],
  redirect: ["REDIRECT", "--to-ports"],
};

const KINDS: readonly Kind[] = ["masquerade", "snat", "dnat", "redirect"];

/** Returns a rule in the words and the order of `iptables -S`. */
export function wordsOf(spec: RuleSpec, comment: string): string[] {
  return [...matchWords(spec), "-m", "comment", "--comment", comment, "-j", ...targetWords(spec)];
}

function targetWords({ kind, to, firstPort }: RuleSpec): string[] {
  if (kind === "drop") return ["DROP"];
  const target = parseTarget(to ?? "");
  if (target?.network) return ["NETMAP", "--to", printTarget(target)];
  const [name, option] = TARGETS[kind];
  // A range and its base: the first port maps to the base, the next one to the next.
  const value = firstPort === undefined ? to : `${to}/${firstPort}`;
  return [name, ...(value === undefined ? [] : [option, value])];
}

const TARGET = { withValue: /^(-j|--to(-(source|destination|ports))?)$/ };

/** Reads the words of a rule in `chain`. */
export const readRule = (chain: string, words: readonly string[]): Listed<NatMatch> =>
  combine<NatMatch>(
    readWords<NatMatch>(words, { ...TARGET, read: (option, value) => readTarget(chain, option, value) }),
    NAT_FIELDS,
  );

function readTarget(chain: string, option: string, value: string): NatMatch | undefined {
  if (option === "-j") {
    if (value === "DROP") return { kind: "drop" };
    if (value === "NETMAP") return { kind: chain === "POSTROUTING" ? "snat" : "dnat" };
    return { kind: KINDS.find((kind) => TARGETS[kind][0] === value) };
  }
  // A port without an address follows a colon, except for REDIRECT.
  const [text = "", first] = option === "--to" ? [value] : value.replace(/^:/, "").split("/");
  const target = parseTarget(text);
  return target && { to: printTarget(target), ...(first !== undefined && { firstPort: Number(first) }) };
}
