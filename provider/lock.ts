import type { Args, Definition } from "./definition";

const tails = new Map<string, Promise<unknown>>();

/** Runs `work` after every earlier operation of the same key has ended, well or badly. */
export function serialized<T>(definition: Definition, args: Args, work: () => Promise<T>): Promise<T> {
  const key = definition.serialize?.(args);
  if (key === undefined) return work();
  const turn = (tails.get(key) ?? Promise.resolve()).then(work);
  const tail = turn.catch(() => {});
  tails.set(key, tail);
  void tail.then(() => {
    if (tails.get(key) === tail) tails.delete(key);
  });
  return turn;
}
