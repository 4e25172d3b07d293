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
