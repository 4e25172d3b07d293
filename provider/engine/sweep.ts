import type { Host } from "../linux/host/host";
import { isPartialRun } from "../linux/host/local/partialRun";
import { sameStack } from "../linux/marks/mark";
import { isClaimed, needsAny } from "./claims";
import type { Args, Definition } from "./definition";
import { discoverIn, type Found, recorded } from "./discover";
import { allKinds } from "./registry";

type Remove = (definition: Definition, host: Host, state: Args) => Promise<void>;

/**
 * Deletes dependents that were removed from the program together with their namespace or link, when another resource takes
 * over that namespace or link. The engine skips their deletion, because it expects the kernel to delete them with their
 * owner.
 */
export async function sweep(definition: Definition, host: Host, args: Args, remove: Remove): Promise<void> {
  // In a partial run the provider does not learn of every resource of the program.
  if (isPartialRun()) return;
  const lost = definition.objectNames(args);
  const isLeft = ({ definition: kind, state }: Found) =>
    sameStack(String(state["mark"]), String(args["mark"])) &&
    needsAny(kind, state, lost) &&
    !kind.objectNames(state).some((object) => isClaimed(host, object));
  const inside = definition.ownsNamespace?.(args);
  const found = [...(await recorded(host)), ...(inside === undefined ? [] : await discoverIn(host, inside))];
  // Dependents are deleted before the objects they depend on.
  const left = found.filter(isLeft).sort((one, other) => rankOf(other) - rankOf(one));
  for (const { definition: kind, state } of left) await remove(kind, host, state);
}

const rankOf = ({ definition }: Found): number => allKinds().indexOf(definition);
