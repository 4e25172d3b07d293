import type { Args, Definition } from "./definition";

const tails = new Map<string, Promise<unknown>>();

/** Runs `work` after every earlier operation of the same key, or of one of the same keys, has ended, well or badly. */
export function serialized<T>(definition: Definition, args: Args, work: () => Promise<T>): Promise<T> {
  const keys = [definition.serialize?.(args) ?? []].flat();
  if (keys.length === 0) return work();
  // All keys are taken at once: whoever waits for one holds none that the other waits for.
  const turn = Promise.all(keys.map((key) => tails.get(key))).then(work);
  const tail = turn.catch(() => {});
  for (const key of keys) tails.set(key, tail);
  void tail.then(() => {
    for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
  });
  return turn;
}
