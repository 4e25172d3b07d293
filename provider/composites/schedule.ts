/** The maximum number of parts in progress. */
const AT_ONCE = 64;

interface Item {
  readonly key: string;
  readonly on: readonly string[];
}

/** An item that failed, or `undefined` as the reason if a dependency failed. */
export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

/**
 * Runs every item after its dependencies, concurrently and in order of priority, so that related items can be merged. Skips
 * failed items and their dependents; `before` holds earlier failures. Returns the new failures.
 */
export async function inOrder<T extends Item>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  before: readonly Failure<T>[] = [],
): Promise<readonly Failure<T>[]> {
  const failed = new Set(before.map(({ item }) => item.key));
  const places = new Map(items.map(({ key }, place) => [key, place]));
  const hanging = byOwner(items);
  // The number of unfinished dependencies. Dependencies outside the items count as finished unless they failed before.
  const open = new Map(
    items.map((item) => [item, item.on.filter((key) => places.has(key) || failed.has(key)).length]),
  );
  const left = new Set(items);
  const ready = items.filter((item) => open.get(item) === 0 && !failed.has(item.key));
  const running = new Set<Promise<void>>();
  const failures: Failure<T>[] = [];
  const placeOf = ({ key }: T): number => places.get(key) ?? -1;
  const release = (item: T) => {
    const count = (open.get(item) ?? 0) - 1;
    open.set(item, count);
    if (count > 0 || failed.has(item.key)) return;
    const next = ready.findIndex((other) => placeOf(other) > placeOf(item));
    ready.splice(next < 0 ? ready.length : next, 0, item);
  };
  const begin = (item: T) => {
    left.delete(item);
    const done = work(item)
      .then(() => hanging.get(item.key)?.forEach(release))
      .catch((error: unknown) => {
        failures.push({ item, error });
      })
      .finally(() => running.delete(done));
    running.add(done);
  };
  for (;;) {
    while (ready.length > 0 && running.size < AT_ONCE) begin(ready.shift() as T);
    if (running.size === 0) break;
    await Promise.race(running);
  }
  return [...failures, ...[...left].map((item) => ({ item, error: undefined }))];
}

function byOwner<T extends Item>(items: readonly T[]): Map<string, T[]> {
  const hanging = new Map<string, T[]>();
  for (const item of items) {
    for (const owner of item.on) {
      const others = hanging.get(owner);
      if (others) others.push(item);
      else hanging.set(owner, [item]);
    }
  }
  return hanging;
}

/** Reverses the dependencies, so that each item follows its dependents. */
export function reversed<T extends Item>(items: readonly T[]): T[] {
  const hanging = byOwner(items);
  return [...items]
    .reverse()
    .map((item) => ({ ...item, on: (hanging.get(item.key) ?? []).map(({ key }) => key) }));
}

/**
 * Starts work on a line only after all earlier work on it has ended, whether or not it failed. Work of several steps then
 * follows the order of the list.
 */
export function queues<T>(lineOf: (item: T) => string | undefined) {
  const tails = new Map<string, Promise<void>>();
  return (item: T, work: () => Promise<void>): Promise<void> => {
    const line = lineOf(item);
    const tail = line === undefined ? undefined : tails.get(line);
    const turn = tail ? tail.then(work) : work();
    if (line !== undefined)
      tails.set(
        line,
        turn.catch(() => {}),
      );
    return turn;
  };
}
