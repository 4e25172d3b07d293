import type { Host } from "../linux/host/host";
import type { Former } from "../linux/host/records";
import { runAll, runPlan } from "../linux/host/runPlan";
import { sharing } from "../linux/host/sharing";
import type { Place } from "../linux/marks/objectName";
import { linkOfObject, objectName } from "../linux/marks/objectName";
import { storedOwner } from "../linux/marks/owner";
import type { Args, Definition, Observed } from "./definition";
import { restoreEffects } from "./effects";
import { removalOf } from "./foreign";
import { restored } from "./merge";
import { keyOf, type Observation, runRemoval } from "./observe";
import { othersRecords } from "./ownership";
import type { State } from "./state";
import { asFarAsSaid } from "./upToDate";

/**
 * Deletes what the resource created and forgets its records. An adopted object is restored and stays; a shared one is left
 * unchanged.
 */
export async function release(
  definition: Definition,
  host: Host,
  observation: Observation,
  observed: Observed | undefined,
  { args, former }: Pick<State, "args" | "former">,
): Promise<void> {
  const isUsedElsewhere = definition.ownership.isShared && (await hasOthers(definition, host, args));
  if (observed && former && !isUsedElsewhere && !(await isReliedOn(definition, host, args, former)))
    await giveBack(definition, host, observed, args, former);
  if (observed && !former) {
    const { plan, content } = await removalOf(definition, host, observed, args);
    await runRemoval(host, plan);
    await forgetContent(definition, host, args, content?.places);
  }
  await forget(definition, host, args, observation);
}

/** Each resource drops its own record first, so that the last of several concurrent deletions finds no other. */
async function hasOthers(definition: Definition, host: Host, args: Args): Promise<boolean> {
  const key = keyOf(definition, args);
  await host.records.drop(key, String(args["mark"]));
  return othersRecords(await host.records.find(key), args).length > 0;
}

/** Whether other programs rely on the object, which then stays unchanged. Warns about them. */
async function isReliedOn(definition: Definition, host: Host, args: Args, former: Former): Promise<boolean> {
  const plan = definition.ownership.reliedOn?.(args, former.args);
  const others = plan ? await runPlan(sharing(host), plan) : [];
  if (others.length > 0)
    host.warn?.(`${definition.id(args)} is left unchanged, because others rely on it: ${others.join(", ")}`);
  return others.length > 0;
}

async function giveBack(
  definition: Definition,
  host: Host,
  observed: Observed,
  args: Args,
  former: Former,
): Promise<void> {
  const now = { ...observed, args: observed.restorable ?? observed.args };
  const was = asFarAsSaid(definition, former.args, now.args);
  const before = restored(args, now.args, was);
  try {
    const fields = await restoreEffects(definition, host, args, former);
    const done = Object.fromEntries(Object.entries(before).filter(([field]) => fields.includes(field)));
    const current = { ...now, args: { ...now.args, ...done } };
    await runAll(host, definition.update(current, before, storedOwner(former.mark)));
  } catch (error) {
    // The next attempt must know the former state.
    await host.records.save(keyOf(definition, args), { mark: String(args["mark"]), args, former });
    throw error;
  }
}

/** Forgets the records of this resource about its object and the content of the object, and cleans up after a crash. */
export async function forget(
  definition: Definition,
  host: Host,
  args: Args,
  observation: Observation,
): Promise<void> {
  const mark = String(args["mark"]);
  // The observation lacks records that were written for an earlier namespace of this name.
  await host.records.drop(keyOf(definition, args), mark);
  if (observation.observed) return;
  await forgetContent(definition, host, args);
  const left = definition.cleanUp?.(args, observation.answers);
  if (left) await runPlan(host, left);
}

/** `places` were deleted with the object, such as the far ends of cables. */
async function forgetContent(
  definition: Definition,
  host: Host,
  args: Args,
  places: readonly Place[] = [],
): Promise<void> {
  const namespace = definition.ownsNamespace?.(args);
  if (namespace !== undefined) await host.records.dropAll(namespace);
  const further = places.flatMap(({ namespace, link }) =>
    link === undefined ? [] : objectName("link", namespace, link),
  );
  for (const object of new Set([...definition.objectNames(args), ...further])) {
    const gone = linkOfObject(object);
    if (gone) await host.records.dropOn(gone.namespace, gone.link);
  }
}
