/**
 * Whether the one at `at` stands where its number puts it: of those in disorder as few as possible count, the first of them
 * last. They are those outside of the longest row that does not fall.
 */
export function isInOrder(priorities: readonly number[], at: number): boolean {
  if (priorities.every((own, place) => place === 0 || (priorities[place - 1] ?? own) <= own))
    return at in priorities;
  const before = predecessors(priorities);
  for (let place = before.last; place >= at; place = before.of[place] ?? -1) if (place === at) return true;
  return false;
}

/** The end of a row that does not fall. */
interface End {
  readonly at: number;
  readonly length: number;
}

const NONE: End = { at: -1, length: 0 };

/** The longer of two rows; of equals the one that ends first. */
const better = (one: End, other: End): End =>
  other.length > one.length || (other.length === one.length && other.at < one.at) ? other : one;

/** The last place of the longest row, and for each place the one before it in the longest row that ends there. */
function predecessors(priorities: readonly number[]): { last: number; of: readonly number[] } {
  const ranks = new Map([...new Set(priorities)].sort((a, b) => a - b).map((own, rank) => [own, rank + 1]));
  // A Fenwick tree over the ranks: thousands of rules are looked at for each of them.
  const tree = new Array<End>(ranks.size + 1).fill(NONE);
  let last = NONE;
  const of = priorities.map((own, at) => {
    const rank = ranks.get(own) ?? 0;
    let longest = NONE;
    for (let node = rank; node > 0; node -= node & -node) longest = better(longest, tree[node] ?? NONE);
    const end = { at, length: longest.length + 1 };
    for (let node = rank; node < tree.length; node += node & -node)
      tree[node] = better(tree[node] ?? NONE, end);
    last = better(last, end);
    return longest.at;
  });
  return { last: last.at, of };
}
