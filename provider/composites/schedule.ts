/** How many parts are worked on at once. */
const AT_ONCE = 32;

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
  const waiting = new Map(items.map((item) => [item.key, item]));
  const running = new Map<string, Promise<void>>();
  const failures: Failure<T>[] = [];
  const begin = (item: T) => {
    waiting.delete(item.key);
    const done = work(item)
      .catch((error: unknown) => {
        failed.add(item.key);
        failures.push({ item, error });
      })
      .finally(() => running.delete(item.key));
    running.set(item.key, done);
  };
  const isReady = ({ key, on }: T) =>
    !failed.has(key) && on.every((owner) => !waiting.has(owner) && !running.has(owner) && !failed.has(owner));
  for (;;) {
    for (const item of waiting.values()) {
      if (running.size >= AT_ONCE) break;
      if (isReady(item)) begin(item);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  return [...failures, ...[...waiting.values()].map((item) => ({ item, error: undefined }))];
}

/** The items the other way round: each after what hangs on it. */
export function reversed<T extends Item>(items: readonly T[]): T[] {
  const hanging = new Map<string, string[]>();
  for (const { key, on } of items) {
    for (const owner of on) {
      const others = hanging.get(owner);
      if (others) others.push(key);
      else hanging.set(owner, [key]);
    }
  }
  return [...items].reverse().map((item) => ({ ...item, on: hanging.get(item.key) ?? [] }));
}
