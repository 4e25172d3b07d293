import { covers, isBetween } from "../../linux/prefix";
import type { Pattern, Selector, Word } from "../../linux/read/nft/expressions";
import type { NftSets } from "../../linux/read/nft/ruleset";
import { all, any, not, type Passage, type Tri } from "../packet";
import { valueIn } from "./nftValues";

/** The context of a rule: the packet, and the sets that it looks up. */
export interface Place {
  readonly passage: Passage;
  readonly names: NftSets;
}

interface Match {
  readonly op: string;
  readonly left: Selector;
  readonly right: Pattern;
}

/** Whether the packet has the field of a selector. */
export const isThere = (selector: Selector, { passage }: Place): boolean =>
  valueIn(selector, passage).is !== "absent";

/** Whether a packet meets a match. */
export function matches({ op, left, right }: Match, place: Place): Tri {
  if (!isThere(left, place)) return false;
  switch (op) {
    case "==":
    case "in":
      return fits(left, right, place);
    case "!=":
      return not(fits(left, right, place));
    default:
      return inOrder(op, left, right, place);
  }
}

/** Whether the value of a selector is in a pattern. */
export function fits(left: Selector, right: Pattern, place: Place): Tri {
  switch (right.is) {
    case "named": {
      const elements = place.names.sets.get(right.set);
      return elements && any(elements.map((one) => fits(left, one, place)));
    }
    case "list":
      return any(right.of.map((one) => fits(left, one, place)));
    case "concat": {
      if (left.is !== "concat") return undefined;
      const { parts } = right;
      return all(left.parts.map((part, at) => parts[at] && fits(part, parts[at], place)));
    }
    default: {
      const value = valueIn(left, place.passage);
      if (value.is === "absent") return false;
      return value.is === "known" ? any(value.words.map((one) => isOne(one, right))) : undefined;
    }
  }
}

type Single = Exclude<Pattern, { readonly is: "named" | "list" | "concat" }>;

function isOne(word: Word, pattern: Single): Tri {
  switch (pattern.is) {
    case "word":
      return isWord(word, pattern.word);
    case "prefix":
      return covers(pattern.network, String(word));
    case "range":
      return isInRange(word, pattern.from, pattern.to);
    default:
      return undefined;
  }
}

const isWord = (word: Word, asked: Word): boolean =>
  typeof asked === "string" && asked.endsWith("*")
    ? String(word).startsWith(asked.slice(0, -1))
    : word === asked;

const isInRange = (word: Word, from: Word, to: Word): boolean =>
  typeof word === "number" && typeof from === "number" && typeof to === "number"
    ? from <= word && word <= to
    : isBetween(String(word), String(from), String(to));

const ORDERS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other,
};

function inOrder(op: string, left: Selector, right: Pattern, { passage }: Place): Tri {
  const order = ORDERS[op];
  const value = valueIn(left, passage);
  if (!order || value.is !== "known" || right.is !== "word") return undefined;
  const { word: limit } = right;
  const numbers = value.words.filter((one) => typeof one === "number");
  return typeof limit === "number" && numbers.length > 0
    ? numbers.some((one) => order(one, limit))
    : undefined;
}
