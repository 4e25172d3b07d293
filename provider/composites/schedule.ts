/** How many parts are worked on at once. */
const AT_ONCE = 32;

interface Item {
  readonly key: string;
  readonly on: readonly string[];
}

export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

/**
 * Works on every item after those it hangs on, as many at once as may be, those that stand first before others, so that
 * what belongs together is done together. What hangs on a failure is not begun; the others are.
 */
export async function inOrder<T extends Item>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<readonly Failure<T>[]> {
  const waiting = new Map(items.map((item) => [item.key, item]));
  const running = new Map<string, Promise<void>>();
  const failures: Failure<T>[] = [];
  const begin = (item: T) => {
    waiting.delete(item.key);
    const done = work(item)
      .catch((error: unknown) => void failures.push({ item, error }))
      .finally(() => running.delete(item.key));
    running.set(item.key, done);
  };
  const isReady = ({ on }: T) =>
    on.every(
      (key) => !waiting.has(key) && !running.has(key) && !failures.some(({ item }) => item.key === key),
    );
  for (;;) {
    for (const item of waiting.values()) {
      if (running.size >= AT_ONCE) break;
      if (isReady(item)) begin(item);
    }
    if (running.size === 0)
      return [...failures, ...[...waiting.values()].map((item) => ({ item, error: undefined }))];
    await Promise.race(running.values());
  }
}

/** The items the other way round: each after what hangs on it. */
export function reversed<T extends Item>(items: readonly T[]): T[] {
  const hanging = new Map<string, string[]>();
  for (const { key, on } of items) {
    for (const owner of on) hanging.set(owner, [...(hanging.get(owner) ?? []), key]);
  }
  return [...items].reverse().map((item) => ({ ...item, on: hanging.get(item.key) ?? [] }));
}
