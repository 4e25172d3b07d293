import { CommandError } from "../linux/errors";
import type { Host } from "../linux/host/host";
import { claimOf, type LinkPlace, linkOfClaim } from "../linux/marks/objectName";
import { needsAny } from "./claims";
import type { Args, Definition } from "./definition";
import { type Found, recordedIn } from "./discover";
import { look, runAll } from "./observe";
import { isWritten } from "./ownership";
import { serialized } from "./serialize";

/** Why the kernel does not take an object back: it needs the address that has gone, or more has gone than that. */
const LOST = ["Unreachable", "NoSource", "NotFound", "LinkDown"];

/**
 * Creates again what the kernel forgets of other resources while a link of theirs goes on: their routes and neighbours with
 * its last address, their neighbours when its MAC address changes. The engine would not learn of it.
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
  return definition.objectNames(args).flatMap((object) => linkOfClaim(object) ?? []);
}

async function reviveOn(host: Host, { namespace, link }: LinkPlace): Promise<void> {
  const object = claimOf("link", namespace, link);
  const isOnLink = ({ definition: kind, state }: Found) =>
    kind.hasNoDependents === true && needsAny(kind, state, [object]);
  for (const { definition: kind, state } of (await recordedIn(host, namespace)).filter(isOnLink)) {
    await serialized(kind, host, state, () => createAgain(kind, host, state));
  }
}

async function createAgain(kind: Definition, host: Host, state: Args): Promise<void> {
  const observation = await look(kind, host, state);
  // Whoever has deleted it since the records were listed has taken its record away as well.
  if (observation.observed || !isWritten(observation, state)) return;
  try {
    await runAll(host, kind.create(state, observation.answers));
  } catch (error) {
    if (!(error instanceof CommandError) || !LOST.includes(error.reason)) throw error;
  }
}
