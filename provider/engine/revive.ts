import { CommandError } from "../linux/errors";
import type { Host } from "../linux/host/host";
import { runAll } from "../linux/host/runPlan";
import { type LinkPlace, linkOfObject, objectName } from "../linux/marks/objectName";
import { needsAny } from "./claims";
import type { Args, Definition } from "./definition";
import { type Found, recordedIn } from "./discover";
import { look } from "./observe";
import { isWritten } from "./ownership";
import { serialized } from "./serialize";

/** Expected reasons for a failed recreation: the object needs the deleted address, or more than the address is gone. */
const LOST = ["Unreachable", "NoSource", "NotFound", "LinkDown"];

/**
 * Recreates objects of other resources that the kernel deletes while their link stays: routes and neighbours with its last
 * address, neighbours with a change of its MAC address. The engine would not notice.
 */
export async function revive(definition: Definition, host: Host, args: Args): Promise<void> {
  for (const link of linksOf(definition, args)) await reviveOn(host, link);
}

/** The links that an object is, or is on. */
function linksOf(definition: Definition, args: Args): LinkPlace[] {
  const { namespace } = args;
  if (definition.link) {
    return [
      { namespace: typeof namespace === "string" ? namespace : undefined, link: definition.link(args) },
    ];
  }
  return definition.objectNames(args).flatMap((object) => linkOfObject(object) ?? []);
}

async function reviveOn(host: Host, { namespace, link }: LinkPlace): Promise<void> {
  const object = objectName("link", namespace, link);
  const isOnLink = ({ definition: kind, state }: Found) =>
    kind.hasNoDependents === true && needsAny(kind, state, [object]);
  for (const { definition: kind, state } of (await recordedIn(host, namespace)).filter(isOnLink)) {
    await serialized(kind, host, state, () => createAgain(kind, host, state));
  }
}

async function createAgain(kind: Definition, host: Host, state: Args): Promise<void> {
  const observation = await look(kind, host, state);
  // A concurrent deletion also drops the record.
  if (observation.observed || !isWritten(observation, state)) return;
  try {
    await runAll(host, kind.create(state, observation.answers));
  } catch (error) {
    if (!(error instanceof CommandError) || !LOST.includes(error.reason)) throw error;
  }
}
