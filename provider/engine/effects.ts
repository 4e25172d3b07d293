import { isDeepStrictEqual } from "node:util";
import type { Host } from "../linux/host/host";
import type { Former, OwnerRecord } from "../linux/host/records";
import type { Args, Definition } from "./definition";
import { keyOf, type Observation, runSteps } from "./observe";

/** Side effects of a change on other objects: recorded before it, corrected after it, undone when the resource is deleted. */

/** Adds to `former` what a change is about to do to others; it is written down before the change. */
export async function rememberEffects(
  definition: Definition,
  host: Host,
  { observed, records }: Observation,
  args: Args,
  former: Former | undefined,
): Promise<Former | undefined> {
  const around = former && observed && (await recordsAround(definition, host, args));
  if (!definition.effects || !around) return former;
  const isFirst = records.length === 0;
  return { ...former, args: definition.effects.remember(former.args, observed, args, around, isFirst) };
}

/** Sets back what a change has changed but another resource asks for; gives what is still to be remembered. */
export async function settleEffects(
  definition: Definition,
  host: Host,
  args: Args,
  former: Former | undefined,
): Promise<Former | undefined> {
  const around = await recordsAround(definition, host, args);
  if (!definition.effects || !around) return former;
  const kept = await runSteps(host, definition.effects.settle(former?.args ?? {}, args, around));
  if (!former || isDeepStrictEqual(kept, former.args)) return former;
  const now = { ...former, args: kept };
  await host.records.save(keyOf(definition, args), { mark: String(args["mark"]), args, former: now });
  return now;
}

/** Sets an object back to `former` along with the others; gives the fields that are as they were by then. */
export async function restoreEffects(
  definition: Definition,
  host: Host,
  args: Args,
  former: Former,
): Promise<readonly string[]> {
  const around = await recordsAround(definition, host, args);
  if (!definition.effects || !around) return [];
  await runSteps(host, definition.effects.restore(former.args, args, around));
  return definition.effects.fields;
}

/** The records of the namespace that the effects stay in; `undefined` where there are no effects. */
async function recordsAround(
  definition: Definition,
  host: Host,
  args: Args,
): Promise<readonly OwnerRecord[] | undefined> {
  const place = definition.effects?.namespace(args);
  return place && host.records.within(place.name);
}
