import type { Args, Definition, Observed } from "./definition";
import type { Host } from "./host/host";
import { type Former, formerIn } from "./host/records";
import { restored } from "./merge";
import { keyOf, runAll, runRemoval, type Sight } from "./observe";

/** Removes what the resource made; what it took over is set back to what it was, and stays. */
export async function release(
  definition: Definition,
  host: Host,
  seen: Observed<Args, object>,
  args: Args,
  outputs: object,
): Promise<void> {
  const former = formerIn(outputs);
  if (former) return runAll(host, definition.update(seen, asBefore(seen, args, former)));
  await runRemoval(host, definition.remove(seen, args));
  await forgetContent(definition, host, args);
}

const asBefore = ({ args: seen }: Observed<Args, object>, args: Args, former: Former): Args => ({
  ...restored(args, seen, former.args),
  mark: former.mark ?? "",
});

/** Forgets what this resource has written down of its object, and of what went with it. */
export async function forget(definition: Definition, host: Host, args: Args, sight: Sight): Promise<void> {
  const mark = String(args["mark"]);
  const isWritten = sight.records.some((record) => record.mark === mark);
  if (isWritten) await host.records.drop(keyOf(definition, args), mark);
  if (!sight.seen) await forgetContent(definition, host, args);
}

async function forgetContent(definition: Definition, host: Host, args: Args): Promise<void> {
  const namespace = definition.encloses?.(args);
  if (namespace !== undefined) await host.records.dropAll(namespace);
}
