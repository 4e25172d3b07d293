import { type HostId, perHost } from "../linux/host/perHost";
import type { Args, Definition } from "./definition";

/** The last operation of each key. */
const lastOn = perHost(() => new Map<string, Promise<unknown>>());

/**
 * Runs `work` after every earlier operation on the same objects, or of one of the same keys, has ended, well or badly.
 * One resource may take over what another gives up, so no two may work on one object at once.
 */
export function serialized<T>(
  definition: Definition,
  host: HostId,
  args: Args,
  work: () => Promise<T>,
): Promise<T> {
  const tails = lastOn.of(host);
  const keys = [...definition.claims(args), ...[definition.serialize?.(args) ?? []].flat()];
  // All keys are taken at once: whoever waits for one holds none that the other waits for.
  const turn = Promise.all(keys.map((key) => tails.get(key))).then(work);
  const tail = turn.catch(() => {});
  for (const key of keys) tails.set(key, tail);
  void tail.then(() => {
    for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
  });
  return turn;
}
