import { checkArgs, isRecord } from "./check";
import { claim } from "./claims";
import type { Args, Definition, Problem } from "./definition";
import { difference, valueAt } from "./diff";
import { CommandError, PartialError, RefusedError } from "./errors";
import type { Host } from "./host/host";
import { serialized } from "./lock";
import { isOurs, observe, observeOwn, runAll, runRemoval } from "./observe";
import { UNKNOWN } from "./unknown";

/** What a created or updated resource is: its id, and its state as read back. */
export interface Result {
  readonly id: string;
  readonly state: Args;
}

/** Validates, fills in defaults, and refuses what another resource of the program has claimed. */
export function check(definition: Definition, news: Args): { args: Args; problems: readonly Problem[] } {
  const { args, problems } = checkArgs(definition, news);
  return { args, problems: problems.length > 0 ? problems : claim(definition, args) };
}

/** What a change of arguments means. `olds` is the state, `news` comes from `check`. */
export function diff(definition: Definition, olds: Args, news: Args) {
  const { changed, replaces } = difference(definition, olds, news);
  return {
    changes: changed.length > 0,
    replaces: [...replaces],
    // The kernel knows objects by name: the old one must go before the new one comes.
    deleteBeforeReplace: true,
  };
}

/** Makes the resource, or finishes making it after a crash; undoes what it made when it fails halfway. */
export function create(definition: Definition, host: Host, args: Args): Promise<Result> {
  return serialized(definition, args, async () => {
    const id = definition.id(args);
    const before = await observe(definition, host, args);
    if (before && !(definition.mayTakeOver?.(before, args) ?? isOurs(definition, before, args))) {
      throw new RefusedError(
        `${id} exists already and is not this resource's own${before.mark ? ` (its mark is ${before.mark})` : ""}: ` +
          "remove it by hand if nobody needs it, or ask for another",
      );
    }
    const remembered = definition.remember?.(before) ?? {};
    let made = false;
    try {
      for (const command of before ? definition.update(before, args) : definition.create(args)) {
        await host.run(command);
        made = true;
      }
      return { id, state: await verified(definition, host, id, args, remembered) };
    } catch (error) {
      if (!before && !(error instanceof PartialError)) {
        await undo(definition, host, args, remembered, { made, error });
      }
      throw error;
    }
  });
}

/** Brings the resource to what is asked, changing only the difference. `olds` is the state. */
export function update(definition: Definition, host: Host, olds: Args, args: Args): Promise<Result> {
  return serialized(definition, args, async () => {
    const id = definition.id(args);
    // A crash may have come after the object got its new mark.
    const seen =
      (await observeOwn(definition, host, { ...args, mark: olds["mark"] })) ??
      (await observeOwn(definition, host, args));
    if (!seen) {
      throw new RefusedError(
        `${id} is gone, though the state has it: run \`pulumi up --refresh\` to make it anew`,
      );
    }
    await runAll(host, definition.update(seen, args));
    return { id, state: await verified(definition, host, id, args, split(definition, olds).outputs) };
  });
}

/** The state as it really is and the arguments it amounts to; `undefined` when the resource is gone. */
export async function read(definition: Definition, host: Host, state: Args) {
  const { args, outputs } = split(definition, state);
  const seen = await observeOwn(definition, host, args);
  if (!seen) return undefined;
  const inputs = merge(args, seen.args);
  return { id: definition.id(args), inputs, state: { ...outputs, ...inputs, ...seen.outputs } };
}

/** Removes the resource and nothing else; what is gone already, or somebody else's by now, is left alone. */
export function remove(definition: Definition, host: Host, state: Args): Promise<void> {
  return serialized(definition, state, async () => {
    const { args, outputs } = split(definition, state);
    const seen = await observeOwn(definition, host, args);
    if (seen) await runRemoval(host, definition.remove(seen, args, outputs));
  });
}

/**
 * Looks again after a change: the state is what the kernel says, and anything not as asked is an error. `remembered`
 * are outputs that cannot be read back.
 */
async function verified(definition: Definition, host: Host, id: string, args: Args, remembered: object) {
  const seen = await observe(definition, host, args);
  if (!seen) throw new Error(`${id} was made, but is not there: something else on this host removed it`);
  const state: Args = { ...remembered, ...merge(args, seen.args), ...seen.outputs };
  const wrong = difference(definition, state, args).changed.map(
    (path) =>
      `${path}: asked for ${show(valueAt(args, path))}, but the kernel has ${show(valueAt(state, path))}`,
  );
  if (wrong.length > 0) throw new PartialError(id, state, wrong);
  return state;
}

/** Removes what a failed creation left. Should that fail too, the engine is told of it, so that nothing is lost. */
async function undo(
  definition: Definition,
  host: Host,
  args: Args,
  outputs: object,
  { made, error }: { made: boolean; error: unknown },
) {
  // Somebody else made it in the meantime: nothing here is ours.
  if (!made && error instanceof CommandError && error.reason === "AlreadyExists") return;
  try {
    const seen = await observe(definition, host, args);
    // A first command that failed or hung may have done half its work, but has given nobody else's mark.
    const isLeft = seen && (made || seen.mark === undefined || isOurs(definition, seen, args));
    if (isLeft) await runRemoval(host, definition.remove(seen, args, outputs));
  } catch (second) {
    const reasons = [error, second].map((reason) =>
      reason instanceof Error ? reason.message : String(reason),
    );
    throw new PartialError(definition.id(args), { ...args, ...outputs }, reasons, { cause: error });
  }
}

/** Parts a state into arguments and outputs. */
function split(definition: Definition, state: Args): { args: Args; outputs: Args } {
  const isArg = (key: string) => key === "mark" || key in definition.schema.shape;
  const entries = Object.entries(state);
  return {
    args: Object.fromEntries(entries.filter(([key]) => isArg(key))),
    outputs: Object.fromEntries(entries.filter(([key]) => !isArg(key))),
  };
}

/** `args` as really seen: nested objects field by field, and a field seen as `undefined` is not there. */
function merge(args: Args, seen: Args): Args {
  const merged: Args = { ...args };
  for (const [key, value] of Object.entries(seen)) {
    const asked = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isRecord(asked) && isRecord(value) ? merge(asked, value) : value;
  }
  return merged;
}

const show = (value: unknown): string =>
  value === UNKNOWN || value === undefined ? "nothing" : JSON.stringify(value);
