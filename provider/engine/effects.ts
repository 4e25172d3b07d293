import { isDeepStrictEqual } from "node:util";
import type { Host } from "../linux/host/host";
import type { Former, OwnerRecord } from "../linux/host/records";
import { runPlan } from "../linux/host/runPlan";
import type { Args, Definition } from "./definition";
import { keyOf, type Observation } from "./observe";

/** Side effects of a change on other objects: recorded before the change, corrected after it, undone on deletion. */

/** Extends `former` with the upcoming side effects, to be recorded before the change. */
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

/** Restores what other resources ask for after a change. Returns the values that must still be remembered. */
export async function settleEffects(
  definition: Definition,
  host: Host,
  args: Args,
  former: Former | undefined,
): Promise<Former | undefined> {
  const around = await recordsAround(definition, host, args);
  if (!definition.effects || !around) return former;
  const kept = await runPlan(host, definition.effects.settle(former?.args ?? {}, args, around));
  if (!former || isDeepStrictEqual(kept, former.args)) return former;
  const now = { ...former, args: kept };
  await host.records.save(keyOf(definition, args), { mark: String(args["mark"]), args, former: now });
  return now;
}

/** Restores an object to `former` together with the affected objects. Returns the restored fields. */
export async function restoreEffects(
  definition: Definition,
  host: Host,
  args: Args,
  former: Former,
): Promise<readonly string[]> {
  const around = await recordsAround(definition, host, args);
  if (!definition.effects || !around) return [];
  await runPlan(host, definition.effects.restore(former.args, args, around));
  return definition.effects.fields;
}

/** Returns the records of the namespace that confines the effects, or `undefined` if there are no effects. */
async function recordsAround(
  definition: Definition,
  host: Host,
  args: Args,
): Promise<readonly OwnerRecord[] | undefined> {
  const place = definition.effects?.namespace(args);
  return place && host.records.within(place.name);
}
