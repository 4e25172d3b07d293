import { isDeepStrictEqual } from "node:util";
import type { Merged } from "../../engine/definition";
import { type Answer, type Command, command } from "../../linux/command";
import { type IptablesRule, parseRules, wordAfter } from "../../linux/read/iptables";
import type { Comment } from "./comment";

/**
 * Merges the commands of several rules of one iptables table into one transaction, which ends as if they had run one after
 * the other.
 */

/** A command that changes a chain, as `change` of the iptables backends writes it. */
interface Change {
  readonly verb: "-A" | "-I" | "-D";
  readonly chain: string;
  /** The place of an inserted rule, counted from 1. */
  readonly at: number | undefined;
  readonly words: readonly string[];
}

/** A rule in the chain as one operation sees it: deleted rules keep their slot, so that others keep their place. */
interface Slot {
  readonly words: readonly string[];
  /** The index of a listed rule; a new rule has none. */
  readonly listed?: number;
  isGone: boolean;
}

/** A new rule, which stands before the listed rule `before`. */
interface Insertion {
  readonly chain: string;
  readonly words: readonly string[];
  readonly before: number;
}

/** The outcome of one operation. */
interface Outcome {
  readonly inserted: readonly Insertion[];
  readonly deleted: readonly Slot[];
}

/** How a kind recognises its rules, and which of them are in one order by priority. */
interface Kind {
  parseComment(text: string | undefined): Comment | undefined;
  orderOf(mark: string): string;
}

const VERBS: readonly string[] = ["-A", "-I", "-D"];

/** The number of words before the verb: `-w 5 -t TABLE`. */
const HEAD = 4;

export const isIptablesChange = ({ tool, args }: Command): boolean =>
  (tool === "iptables" || tool === "ip6tables") && VERBS.includes(args[HEAD] ?? "");

/** Returns `undefined` if the commands must run one by one: a place depends on a later listing, or priorities would fall. */
export function mergedIptables(
  operations: readonly (readonly Command[])[],
  answers: readonly Answer[] | undefined,
  kind: Kind,
): Merged | undefined {
  const counts = operations.map((commands) => {
    const other = commands.findIndex((one) => !isIptablesChange(one));
    return other < 0 ? commands.length : other;
  });
  const own = operations.map((commands, at) => commands.slice(0, counts[at]));
  const [first] = own.flat();
  // The places in another transaction are counted before this one.
  if (operations.flat().some(isRestore)) return undefined;
  if (!first || own.flat().some((one) => !isDeepStrictEqual(placeOf(one), placeOf(first)))) return undefined;
  const changes = own.map((commands) => commands.map(changeIn));
  const lines = answers ? linesOf(changes, parseRules(answers[0]), kind) : deletionsAmong(changes.flat());
  return (
    lines && {
      command: restore(first, lines),
      rest: operations.map((commands, at) => commands.slice(counts[at])),
    }
  );
}

const isRestore = ({ tool }: Command): boolean => tool === "iptables-restore" || tool === "ip6tables-restore";

/**
 * Moves a rule at once if its words stay the same: the tools delete the first rule with these words, which may be the new
 * one. `listing` is that of the table.
 */
export function movedAtOnce(commands: readonly Command[], listing: Answer): Command[] {
  const isInserted = (deletion: Change) =>
    commands.some((one) => {
      const { verb, chain, words } = changeIn(one);
      return verb !== "-D" && chain === deletion.chain && isDeepStrictEqual(words, deletion.words);
    });
  const moved = commands.find((one) => changeIn(one).verb === "-D" && isInserted(changeIn(one)));
  if (!moved) return [...commands];
  const isBeside = (one: Command) => isDeepStrictEqual(placeOf(one), placeOf(moved));
  const merged = mergedIptables([commands.filter(isBeside)], [listing], ANY_ORDER);
  const first = commands.findIndex(isBeside);
  return commands.flatMap((one, at) =>
    !isBeside(one) || !merged ? one : at === first ? merged.command : [],
  );
}

/** The commands of a single operation know their places. */
const ANY_ORDER: Kind = { parseComment: () => undefined, orderOf: () => "" };

const placeOf = ({ tool, namespace, args }: Command) => ({ tool, namespace, head: args.slice(0, HEAD) });

function changeIn({ args }: Command): Change {
  const [verb = "", chain = "", ...words] = args.slice(HEAD);
  const isInsertion = verb === "-I";
  return {
    verb: isInsertion ? "-I" : verb === "-A" ? "-A" : "-D",
    chain,
    at: isInsertion ? Number(words[0]) : undefined,
    words: isInsertion ? words.slice(1) : words,
  };
}

/** A deletion names a rule by its words, so it needs no listing. */
const deletionsAmong = (changes: readonly Change[]): string[][] | undefined =>
  changes.every(({ verb }) => verb === "-D")
    ? changes.map(({ chain, words }) => ["-D", chain, ...words])
    : undefined;

function linesOf(
  operations: readonly (readonly Change[])[],
  rules: readonly IptablesRule[],
  kind: Kind,
): string[][] | undefined {
  const outcomes = operations.map((changes) => outcomeOf(changes, rules));
  const known = outcomes.filter((outcome) => outcome !== undefined);
  if (known.length < outcomes.length) return undefined;
  const deleted = known.flatMap((outcome) => outcome.deleted);
  const gone = new Set(deleted.map(({ listed }) => listed));
  const commentOf = (words: readonly string[]) => kind.parseComment(wordAfter(words, "--comment"));
  const priorityOf = ({ words }: Insertion) => commentOf(words)?.priority ?? 0;
  const inserted = known
    .flatMap((outcome) => outcome.inserted)
    .sort((one, other) => one.before - other.before || priorityOf(one) - priorityOf(other));

  const lines = deleted.map(({ words, listed }) => ["-D", rules[listed ?? -1]?.chain ?? "", ...words]);
  for (const chain of new Set(inserted.map((one) => one.chain))) {
    const kept = rules.flatMap((rule, at) => (rule.chain === chain && !gone.has(at) ? [{ rule, at }] : []));
    const coming = inserted.filter((one) => one.chain === chain);
    const written: (readonly string[])[] = [];
    const writeNew = (isDue: (one: Insertion) => boolean, isLast: boolean) => {
      while (coming[0] && isDue(coming[0])) {
        const { words } = coming.shift() ?? coming[0];
        written.push(words);
        lines.push(isLast ? ["-A", chain, ...words] : ["-I", chain, String(written.length), ...words]);
      }
    };
    for (const { rule, at } of kept) {
      writeNew(({ before }) => before <= at, false);
      written.push(rule.words);
    }
    writeNew(() => true, true);
    if (
      !isRising(
        written.flatMap((words) => commentOf(words) ?? []),
        kind,
      )
    )
      return undefined;
  }
  return lines;
}

/** Runs the commands of one operation over the listing. Returns `undefined` if one of them does not fit it. */
function outcomeOf(changes: readonly Change[], rules: readonly IptablesRule[]): Outcome | undefined {
  const chains = new Map<string, Slot[]>();
  for (const { verb, chain, at, words } of changes) {
    const slots =
      chains.get(chain) ??
      rules.flatMap((rule, listed) =>
        rule.chain === chain ? [{ words: rule.words, listed, isGone: false }] : [],
      );
    chains.set(chain, slots);
    if (verb === "-D") {
      // A moved rule stands there twice, with the same words.
      const isMeant = (slot: Slot) =>
        slot.listed !== undefined && !slot.isGone && isDeepStrictEqual(slot.words, words);
      const meant = slots.find(isMeant);
      if (!meant) return undefined;
      meant.isGone = true;
      continue;
    }
    const there = slots.filter(({ isGone }) => !isGone);
    const next = at === undefined ? undefined : there[at - 1];
    if (at !== undefined && !next && at !== there.length + 1) return undefined;
    slots.splice(next ? slots.indexOf(next) : slots.length, 0, { words, isGone: false });
  }
  const all = [...chains].flatMap(([chain, slots]) => slots.map((slot, at) => ({ chain, slot, slots, at })));
  return {
    deleted: all.flatMap(({ slot }) => (slot.isGone ? [slot] : [])),
    inserted: all.flatMap(({ chain, slot, slots, at }) => {
      if (slot.listed !== undefined) return [];
      const next = slots.slice(at).find(({ listed }) => listed !== undefined);
      return [{ chain, words: slot.words, before: next?.listed ?? rules.length }];
    }),
  };
}

/** Whether rules of one order stand by their priorities. */
function isRising(comments: readonly Comment[], { orderOf }: Kind): boolean {
  const highest = new Map<string, number>();
  return comments.every(({ mark, priority }) => {
    const order = orderOf(mark);
    const isInOrder = priority >= (highest.get(order) ?? priority);
    highest.set(order, priority);
    return isInOrder;
  });
}

/** One transaction: the table changes at once or not at all, and other rules stay. */
function restore({ tool, namespace, args }: Command, lines: readonly (readonly string[])[]): Command {
  const [, wait = "", , table = ""] = args;
  const written = lines.map((words) => words.map(quoted).join(" "));
  return command(
    tool === "iptables" ? "iptables-restore" : "ip6tables-restore",
    namespace,
    ["-w", wait, "--noflush"],
    [`*${table}`, ...written, "COMMIT", ""].join("\n"),
  );
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./!-]+$/.test(word) ? word : `"${word.replace(/["\\]/g, "\\$&")}"`;
