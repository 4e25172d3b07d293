import type { Host } from "../linux/host/host";
import { isPartialRun } from "../linux/host/local/partialRun";
import { sameStack } from "../linux/marks/mark";
import { isClaimed, needsAny } from "./claims";
import type { Args, Definition } from "./definition";
import { discoverIn, type Found, recorded } from "./discover";
import { allKinds } from "./registry";

type Remove = (definition: Definition, host: Host, state: Args) => Promise<void>;

/**
 * Removes what was taken out of the program together with the resource that it was in or on, where another resource has
 * taken over that namespace or link. The engine skips the deletion of such a dependent, as it counts on the kernel to
 * delete it along with its owner.
 */
export async function sweep(definition: Definition, host: Host, args: Args, remove: Remove): Promise<void> {
  // In such a run the provider does not learn of every resource of the program.
  if (isPartialRun()) return;
  const lost = definition.objectNames(args);
  const isLeft = ({ definition: kind, state }: Found) =>
    sameStack(String(state["mark"]), String(args["mark"])) &&
    needsAny(kind, state, lost) &&
    !kind.objectNames(state).some((object) => isClaimed(host, object));
  const inside = definition.ownsNamespace?.(args);
  const found = [...(await recorded(host)), ...(inside === undefined ? [] : await discoverIn(host, inside))];
  // What depends on others goes before them.
  const left = found.filter(isLeft).sort((one, other) => rankOf(other) - rankOf(one));
  for (const { definition: kind, state } of left) await remove(kind, host, state);
}

const rankOf = ({ definition }: Found): number => allKinds().indexOf(definition);
