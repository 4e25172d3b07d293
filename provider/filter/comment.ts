import { isMarkOf } from "../mark";

/** What the comment of a rule says: whose it is, and where it stands among the rules of its stack. */
export interface Comment {
  readonly mark: string;
  readonly priority: number;
}

/** nftables keeps 127 bytes of a comment, of which a mark takes 120. No blank: lists of words stay lists of words. */
export const printComment = ({ mark, priority }: Comment): string =>
  priority === 0 ? mark : `${mark},${priority}`;

/** `undefined` for a comment that no filter rule of ours has. */
export function parseComment(text: string | undefined): Comment | undefined {
  const [, mark, priority] = /^([^,]+)(?:,(-?\d+))?$/.exec(text ?? "") ?? [];
  return isMarkOf("FilterRule", mark) ? { mark, priority: Number(priority ?? 0) } : undefined;
}

/**
 * Whether the one at `at` stands where its number puts it: of those in disorder as few as possible count, the first of them
 * last. They are those outside of the longest row that does not fall.
 */
export function isInOrder(priorities: readonly number[], at: number): boolean {
  const rows: number[][] = [];
  for (const [end, own] of priorities.entries()) {
    const before = rows.filter((row) => (priorities[row.at(-1) ?? 0] ?? 0) <= own);
    rows.push([...longest(before), end]);
  }
  return longest(rows).includes(at);
}

const longest = (rows: readonly number[][]): number[] =>
  rows.reduce((best, row) => (row.length > best.length ? row : best), []);
