/** How many parts are worked on at once. */
const AT_ONCE = 64;

interface Item {
  readonly key: string;
  readonly on: readonly string[];
}

/** An item that is not done: why, or `undefined` where it hangs on another that is not. */
export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

/**
 * Works on every item after those it hangs on, as many at once as may be, those that stand first before others, so that
 * what belongs together is done together. What is a failure, from `before` or now, and what hangs on one is not begun; all
 * others are. Gives the failures of this time.
 */
export async function inOrder<T extends Item>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  before: readonly Failure<T>[] = [],
): Promise<readonly Failure<T>[]> {
  const failed = new Set(before.map(({ item }) => item.key));
  const places = new Map(items.map(({ key }, place) => [key, place]));
  const hanging = byOwner(items);
  // How many of those it hangs on are not done; what is not among the items is, unless it has failed before.
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

/** The items the other way round: each after what hangs on it. */
export function reversed<T extends Item>(items: readonly T[]): T[] {
  const hanging = byOwner(items);
  return [...items]
    .reverse()
    .map((item) => ({ ...item, on: (hanging.get(item.key) ?? []).map(({ key }) => key) }));
}

/**
 * Lets work on items of one line begin only after all that came before has ended, well or badly, so that work of several
 * steps is done in the order of the list.
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
