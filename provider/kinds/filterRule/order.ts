/**
 * Whether the rule at `at` is in order. As few rules as possible count as out of order, the first one last: those
 * outside the longest sequence that does not fall.
 */
export function isInOrder(priorities: readonly number[], at: number): boolean {
  if (priorities.every((own, place) => place === 0 || (priorities[place - 1] ?? own) <= own))
    return at in priorities;
  const before = predecessors(priorities);
  for (let place = before.last; place >= at; place = before.of[place] ?? -1) if (place === at) return true;
  return false;
}

/** The end of a sequence that does not fall. */
interface End {
  readonly at: number;
  readonly length: number;
}

const NONE: End = { at: -1, length: 0 };

/** Returns the longer of two sequences, and the one that ends first if they are equal. */
const better = (one: End, other: End): End =>
  other.length > one.length || (other.length === one.length && other.at < one.at) ? other : one;

/**
 * Returns the last place of the longest sequence, and for each place its predecessor in the longest sequence that ends
 * there.
 */
function predecessors(priorities: readonly number[]): { last: number; of: readonly number[] } {
  const ranks = new Map([...new Set(priorities)].sort((a, b) => a - b).map((own, rank) => [own, rank + 1]));
  // A Fenwick tree over the ranks, because thousands of rules are compared for each of them.
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
