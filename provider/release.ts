import type { Args, Definition, Observed } from "./definition";
import type { Host } from "./host/host";
import { type Former, formerIn } from "./host/records";
import { restored } from "./merge";
import { keyOf, runAll, runRemoval, runSteps, type Sight } from "./observe";
import { othersRecords } from "./ownership";

type Seen = Observed<Args, object>;

/**
 * Removes what the resource made, and forgets what it has written down; what it took over is set back to what it was,
 * and stays. What others share with it stays as it is.
 */
export async function release(
  definition: Definition,
  host: Host,
  sight: Sight,
  seen: Seen | undefined,
  { args, outputs }: { args: Args; outputs: object },
): Promise<void> {
  const isShared = definition.isStanding === true && (await hasOthers(definition, host, args));
  const former = formerIn(outputs);
  if (seen && former && !isShared) await giveBack(definition, host, seen, args, former);
  if (seen && !former) {
    await runRemoval(host, definition.remove(seen, args));
    await forgetContent(definition, host, args);
  }
  await forget(definition, host, args, sight);
}

/** Of those that let go of it at once each is off the records before it looks: the last one finds nobody else. */
async function hasOthers(definition: Definition, host: Host, args: Args): Promise<boolean> {
  const key = keyOf(definition, args);
  await host.records.drop(key, String(args["mark"]));
  return othersRecords(await host.records.find(key), args).length > 0;
}

async function giveBack(
  definition: Definition,
  host: Host,
  seen: Seen,
  args: Args,
  former: Former,
): Promise<void> {
  const now = { ...seen, args: seen.whole ?? seen.args };
  const before = { ...restored(args, now.args, former.args), mark: former.mark ?? "" };
  try {
    await runAll(host, definition.update(now, before));
  } catch (error) {
    // It is still to be given back: the next attempt has to know as what.
    await host.records.save(keyOf(definition, args), { mark: String(args["mark"]), args, former });
    throw error;
  }
}

/** Forgets what this resource has written down of its object, and of what went with it, and what a crash has left. */
export async function forget(definition: Definition, host: Host, args: Args, sight: Sight): Promise<void> {
  const mark = String(args["mark"]);
  // Also what `sight` does not have, as it was written for a namespace that has gone since.
  await host.records.drop(keyOf(definition, args), mark);
  if (sight.seen) return;
  await forgetContent(definition, host, args);
  const left = definition.tidy?.(args, sight.answers);
  if (left) await runSteps(host, left);
}

async function forgetContent(definition: Definition, host: Host, args: Args): Promise<void> {
  const namespace = definition.encloses?.(args);
  if (namespace !== undefined) await host.records.dropAll(namespace);
}
