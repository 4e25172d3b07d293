import type { Command } from "../linux/command";
import { CommandError, messageOf, PartialError, RefusedError } from "../linux/errors";
import { withFacts } from "../linux/host/currentFacts";
import type { Host } from "../linux/host/host";
import type { HostId, HostToCheck } from "../linux/host/perHost";
import { formerIn } from "../linux/host/records";
import { sharing } from "../linux/host/sharing";
import { isMarkOf } from "../linux/marks/mark";
import { isContainer } from "../linux/marks/objectName";
import { ALIAS, aliasDrift, TO_WRITE, WRITTEN, warnOfAlias, warnOfLeft, wayBack } from "./alias";
import { checkArgs } from "./check";
import { claim, heirOf, isInProgram, refuseIfNeeded } from "./claims";
import type { Args, Definition, Problem, Remembered } from "./definition";
import { disruptedNeeds, isRemade, withRemade } from "./dependents";
import { difference } from "./diff";
import { rememberEffects, settleEffects } from "./effects";
import { explained } from "./explain";
import { merge } from "./merge";
import { change, keyOf, look, type Observation, runPreflight, runSteps } from "./observe";
import {
  adopt,
  inheritedBy,
  isFreelyTaken,
  isWritten,
  ownOf,
  refuseConflict,
  withoutGivenUp,
} from "./ownership";
import { forget, release } from "./release";
import { revive } from "./revive";
import { serialized } from "./serialize";
import { ofThisBoot, withEra } from "./standing";
import { sweep } from "./sweep";
import { Alone } from "./together";
import { verified } from "./verify";

/** What a created or updated resource is: its id, and its state as read back. */
export interface Result {
  readonly id: string;
  readonly state: Args;
}

/** Validates, fills in defaults, and refuses what another resource of the program has claimed. */
export function check(
  definition: Definition,
  host: HostToCheck,
  news: Args,
): { args: Args; problems: readonly Problem[] } {
  const { args, problems } = withFacts(host.facts, () => checkArgs(definition, news));
  if (problems.length > 0) return { args, problems };
  const claimed = claim(definition, host, args);
  const lost = disruptedNeeds(definition, host, args);
  return { args: withRemade(args, lost.remade), problems: [...claimed, ...lost.problems] };
}

/** What a change of arguments means. `olds` is the state, `news` comes from `check`. */
export function diff(definition: Definition, _host: HostId, olds: Args, news: Args) {
  const { changed, replaces } = difference(definition, olds, news);
  const lost = isRemade(news) ? [definition.identity] : [];
  return {
    changes: changed.length + lost.length > 0,
    replaces: [...new Set([...replaces, ...lost])],
    // The kernel knows objects by name: the old one must go before the new one comes.
    deleteBeforeReplace: true,
  };
}

/** Makes the resource, finishes making it after a crash, or takes over what it may; takes back what it did when it fails. */
export function create(definition: Definition, host: Host, args: Args): Promise<Result> {
  const work = serialized(definition, host, args, async (host) => {
    const observation = await lookForOwner(definition, host, args);
    const { observed: before, answers } = observation;
    const inheritance = inheritedBy(definition, observation, args);
    const taken = inheritance ? inheritance.former : adopt(definition, observation, args);
    refuseConflict(definition, withoutGivenUp(observation, inheritance), args);
    warnOfAlias(definition, host, before, args, WRITTEN);
    const former = await rememberEffects(
      definition,
      host,
      observation,
      args,
      withEra(definition, host, taken),
    );
    const changes = await changesTo(definition, host, answers, before, args);
    const remembered: Remembered = former ? { former } : {};
    const isRecorded = former !== undefined || definition.isRecorded?.(answers, args);
    const marksAfterCreate = definition.marksAfterCreate === true && before?.mark !== args["mark"];
    const key = keyOf(definition, args);
    if (isRecorded || marksAfterCreate)
      await host.records.save(key, { mark: markIn(args), args, ...remembered });
    try {
      const observed = await change(definition, host, args, changes);
      for (const mark of inheritance?.from ?? []) await host.records.drop(key, mark);
      // It has its mark by now, and may have had it before a crash that came before this.
      if (!isRecorded && (marksAfterCreate || isWritten(observation, args)))
        await host.records.drop(key, markIn(args));
      if (inheritance) await revive(definition, host, args);
      const kept = await settleEffects(definition, host, args, former);
      const state = await verified(definition, host, args, kept ? { former: kept } : {}, observed);
      await tellWarnings(definition, host, args);
      return { id: definition.id(args), state };
    } catch (error) {
      const isFound = before !== undefined && (former === undefined || inheritance !== undefined);
      return giveUp(definition, host, args, remembered, {
        error,
        isFound,
        made: isAfterFirst(changes, error),
      });
    }
  });
  return explained(definition, host, args, work);
}

/** How a creation failed. */
interface Failure {
  readonly error: unknown;
  /** Whether something had been changed. */
  readonly made: boolean;
  /** Whether it was there before, as a crash had left it. */
  readonly isFound: boolean;
}

/** Takes back what a failed creation did; throws what the engine has to know. */
async function giveUp(
  definition: Definition,
  host: Host,
  args: Args,
  remembered: Remembered,
  failure: Failure,
): Promise<never> {
  const { error, isFound } = failure;
  if (error instanceof PartialError || error instanceof Alone) throw error;
  if (!isFound) await takeBack(definition, host, args, remembered, failure);
  // Who came first while this one was looking is named as if it had always been there.
  if (isBeaten(failure)) adopt(definition, await lookForOwner(definition, host, args), args);
  if (!isFound) throw error;
  // What a crash had left is not to be lost to the state once more.
  throw new PartialError(definition.id(args), { ...args, ...remembered }, [messageOf(error)], {
    cause: error,
  });
}

/** What brings `seen`, or nothing at all, to what is asked; throws what forbids it. */
async function changesTo(
  definition: Definition,
  host: Host,
  answers: Observation["answers"],
  observed: Observation["observed"],
  args: Args,
): Promise<readonly Command[]> {
  const located = definition.located?.(args, host) ?? args;
  const changes = observed ? definition.update(observed, located) : definition.create(located, answers);
  await runPreflight(definition, host, changes);
  return changes;
}

async function tellWarnings(definition: Definition, host: Host, args: Args): Promise<void> {
  const plan = definition.warnings?.(args, host);
  if (!plan || !host.warn) return;
  for (const warning of await runSteps(sharing(host), plan)) host.warn(warning);
}

/** Milliseconds between looks at what somebody else may be making just now. */
const MARKING = [20, 40, 80, 160];

/** Looks, and looks again at what has no owner: whoever makes it gives it a mark a moment later. */
async function lookForOwner(definition: Definition, host: Host, args: Args): Promise<Observation> {
  let observation = await look(definition, host, args, false);
  for (const delay of MARKING) {
    const isKnown =
      !observation.observed || observation.observed.mark !== undefined || observation.records.length > 0;
    if (isKnown || definition.isShared || ownOf(definition, observation, args)) break;
    await host.wait(delay);
    observation = await look(definition, host, args, false);
  }
  return observation;
}

/** Whether something had been changed when a change failed. */
const isAfterFirst = (changes: readonly Command[], error: unknown): boolean =>
  error instanceof CommandError && changes.indexOf(error.command) > 0;

/** Somebody else made it in the meantime. */
const isBeaten = ({ made, error }: Failure): boolean =>
  !made && error instanceof CommandError && ["AlreadyExists", "InUse"].includes(error.reason);

/** Brings the resource to what is asked, changing only the difference. `olds` is the state. */
export function update(definition: Definition, host: Host, olds: Args, args: Args): Promise<Result> {
  const work = serialized(definition, host, args, async (host) => {
    const id = definition.id(args);
    const { observation, mark } = await lookForEither(definition, host, args, markIn(olds));
    const own = ownOf(definition, observation, { ...args, mark });
    // In place of one that is gone there may be what the kernel has put there by itself.
    const isFree =
      definition.hasNoDependents === true &&
      (!observation.observed || isFreelyTaken(definition, observation, args));
    const observed = own ?? (isFree ? observation.observed : undefined);
    if (!observed && !isFree) {
      throw new RefusedError(
        `${id} is gone, though the state has it: run \`pulumi up --refresh\` to make it anew${wayBack(definition, observation.observed, args)}`,
      );
    }
    const was = { ...args, mark: markIn(olds) };
    refuseConflict(definition, observation, args, was.mark);
    warnOfAlias(definition, host, own, { ...args, mark }, WRITTEN);
    // What is made anew is nobody else's any more.
    const { args: had, outputs } = split(definition, olds);
    const known = ofThisBoot(definition, host, observation, { ...had, mark }, outputs);
    const kept = own ? stillRemembered(definition, args, known) : {};
    const before = withEra(definition, host, formerIn(kept));
    const former = await rememberEffects(definition, host, observation, args, before);
    const remembered = { ...kept, ...(former && { former }) };
    const changes = await changesTo(definition, host, observation.answers, observed, args);
    const isRecorded = await rewriteRecord(definition, host, args, observation, remembered);
    const now = await change(definition, host, args, changes);
    if (!isRecorded || was.mark !== args["mark"]) await forget(definition, host, was, observation);
    if (changes.length > 0) await revive(definition, host, args);
    const settled = await settleEffects(definition, host, args, former);
    const outcome = { ...remembered, ...(settled && { former: settled }) };
    const state = await verified(definition, host, args, outcome, now);
    if (changes.length > 0) await tellWarnings(definition, host, args);
    return { id, state };
  });
  return explained(definition, host, args, work);
}

/**
 * The state as it really is and the arguments it amounts to; `undefined` when the resource is gone. Where its creation
 * has failed, the state proves nothing: only a mark or a record does.
 */
export async function read(definition: Definition, host: Host, state: Args, hasFailed = false) {
  const { args, outputs } = split(definition, state);
  // Rules that are read at the same time all ask for the same list, which a session does not answer.
  const isListed = definition.probe(args).every(({ tool }) => tool !== "ip");
  const observation = await look(definition, isListed ? sharing(host) : host, args);
  const isProven =
    !hasFailed || !definition.isRecorded?.(observation.answers, args) || isWritten(observation, args);
  const observed = isProven ? ownOf(definition, observation, args) : undefined;
  if (!observed) {
    await forget(definition, host, args, observation);
    return undefined;
  }
  const known = ofThisBoot(definition, host, observation, args, outputs);
  // A crash came amid letting go of it, or somebody has cleared away what was written down.
  if (!isWritten(observation, args)) await rewriteRecord(definition, host, args, observation, known);
  warnOfAlias(definition, host, observed, args, TO_WRITE);
  const inputs = { ...merge(args, observed.args), ...aliasDrift(definition, observed, args) };
  return { id: definition.id(args), inputs, state: { ...known, ...inputs, ...observed.outputs } };
}

/**
 * Removes the resource and nothing else; what is gone already, or somebody else's by now, is left alone. What was
 * taken over is set back to what it was.
 */
export async function remove(definition: Definition, host: Host, state: Args): Promise<void> {
  const { args, outputs } = split(definition, state);
  const isInherited = await serialized(definition, host, args, async (host) => {
    const observation = await look(definition, host, args);
    const observed = ownOf(definition, observation, args);
    const heir = heirOf(definition, host, args);
    if (heir !== undefined && staysFor(definition, args, observed)) {
      // Until the heir has it, what is written down is all that tells whose it is. One of another kind, such as a Namespace
      // for a parameter, writes down nothing of it.
      const isKnown =
        observation.records.some((record) => record.mark === heir) || !isMarkOf(definition.kind, heir);
      if (!observed || isKnown) await forget(definition, host, args, observation);
      return true;
    }
    if (observed && !formerIn(outputs)) refuseIfNeeded(definition, host, args);
    if (!observed) warnOfLeft(definition, host, observation.observed, args);
    await release(definition, host, observation, observed, {
      args,
      outputs: ofThisBoot(definition, host, observation, args, outputs),
    });
    return false;
  });
  if (isInherited && definition.objectNames(args).some(isContainer))
    await sweep(definition, host, args, remove);
  if (!isInherited && definition.link) await revive(definition, host, args);
}

/**
 * Whether an object stays as it is for its heir. One that holds others does not if its resource moves on to another
 * object: the engine recreates there what depends on it, and counts on its deletion here.
 */
const staysFor = (definition: Definition, args: Args, observed: Observation["observed"]): boolean =>
  !observed || !definition.objectNames(args).some(isContainer) || !isInProgram(markIn(args));

/** Takes back what a failed creation did. Should that fail too, the engine is told of it, so that nothing is lost. */
async function takeBack(
  definition: Definition,
  host: Host,
  args: Args,
  remembered: Remembered,
  failure: Failure,
): Promise<void> {
  const { made, error } = failure;
  try {
    // Nothing there is ours then, but what we have written down.
    if (isBeaten(failure) && !remembered.former)
      return host.records.drop(keyOf(definition, args), markIn(args));
    const observation = await look(definition, host, args);
    // A first command that failed or hung may have done half its work, but has given nobody else's mark.
    const isHalfMade = made || observation.observed?.mark === undefined;
    const observed = ownOf(definition, observation, args) ?? (isHalfMade ? observation.observed : undefined);
    await release(definition, host, observation, observed, { args, outputs: remembered });
  } catch (second) {
    const reasons = [messageOf(error), messageOf(second)];
    throw new PartialError(definition.id(args), { ...args, ...remembered }, reasons, { cause: error });
  }
}

/** A crash may have come after the object got its new mark. */
async function lookForEither(definition: Definition, host: Host, args: Args, was: string) {
  const observation = await look(definition, host, { ...args, mark: was });
  if (was === args["mark"] || ownOf(definition, observation, { ...args, mark: was }))
    return { observation, mark: was };
  return { observation: await look(definition, host, args), mark: markIn(args) };
}

/** Without `adopt`, what was taken over is the resource's own by now. */
function stillRemembered(definition: Definition, args: Args, outputs: Args): Args {
  if (definition.isShared || args["adopt"] === true) return outputs;
  const { former: _, ...others } = outputs;
  return others;
}

/** Writes down the arguments and the mark that are about to be, and tells whether there is to be a record of them. */
async function rewriteRecord(
  definition: Definition,
  host: Host,
  args: Args,
  { answers }: Observation,
  remembered: Args,
): Promise<boolean> {
  const former = formerIn(remembered);
  const isRecorded = former !== undefined || definition.isRecorded?.(answers, args) === true;
  if (isRecorded) {
    await host.records.save(keyOf(definition, args), { mark: markIn(args), args, ...(former && { former }) });
  }
  return isRecorded;
}

const markIn = ({ mark }: Args): string => String(mark);

/** Parts a state into arguments and outputs. */
function split(definition: Definition, state: Args): { args: Args; outputs: Args } {
  const isArg = (key: string) => key === "mark" || key in definition.schema.shape;
  const entries = Object.entries(state);
  return {
    args: Object.fromEntries(entries.filter(([key]) => isArg(key))),
    outputs: Object.fromEntries(entries.filter(([key]) => !isArg(key) && key !== ALIAS)),
  };
}
