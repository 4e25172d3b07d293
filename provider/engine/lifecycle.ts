import type { Command } from "../linux/command";
import { CommandError, messageOf, PartialError, RefusedError } from "../linux/errors";
import { withFacts } from "../linux/host/currentFacts";
import type { Host } from "../linux/host/host";
import type { HostId, HostToCheck } from "../linux/host/perHost";
import type { Former } from "../linux/host/records";
import { runPlan } from "../linux/host/runPlan";
import { sharing } from "../linux/host/sharing";
import { isMarkOf } from "../linux/marks/mark";
import { isContainer } from "../linux/marks/objectName";
import { hasMark } from "../linux/marks/owner";
import { aliasDrift, TO_WRITE, WRITTEN, warnOfAlias, warnOfLeft, wayBack } from "./alias";
import { checkArgs } from "./check";
import { argsOfClaimant, claim, heirOf, isInProgram, refuseIfNeeded } from "./claims";
import type { Args, Definition, Problem } from "./definition";
import { disruptedNeeds } from "./dependents";
import { difference } from "./diff";
import { rememberEffects, settleEffects } from "./effects";
import { explained } from "./explain";
import { merge } from "./merge";
import { change, keyOf, look, type Observation, runPreflight } from "./observe";
import {
  adopt,
  inheritedBy,
  isFreelyTaken,
  isWritten,
  mayInherit,
  ownOf,
  refuseConflict,
  refuseUnlessFresh,
  withoutGivenUp,
} from "./ownership";
import { forget, release } from "./release";
import { revive } from "./revive";
import { serialized } from "./serialize";
import { ofThisBoot, withEra } from "./standing";
import { propertiesOf, stateIn } from "./state";
import { sweep } from "./sweep";
import { Alone } from "./together";
import { verified } from "./verify";

/** A created or updated resource: its id, and its state as read back. */
export interface Result {
  readonly id: string;
  readonly state: Args;
}

/** The result of `check`. */
export interface Checked {
  readonly args: Args;
  /** Dependencies that are recreated in this run, so that the resource must be recreated as well. */
  readonly recreated: readonly string[];
  readonly problems: readonly Problem[];
}

/** Validates arguments, fills in defaults and refuses objects that another resource of the program has claimed. */
export function check(definition: Definition, host: HostToCheck, news: Args): Checked {
  const { args, problems } = withFacts(host.facts, () => checkArgs(definition, news));
  if (problems.length > 0) return { args, recreated: [], problems };
  const claimed = claim(definition, host, args);
  const lost = disruptedNeeds(definition, host, args);
  return { args, recreated: lost.recreated, problems: [...claimed, ...lost.problems] };
}

/** Compares `olds`, the state, with `news`. `recreated` is that of `check`. */
export function diff(
  definition: Definition,
  _host: HostId,
  olds: Args,
  news: Args,
  recreated: readonly string[] = [],
) {
  const { changed, replaces } = difference(definition, olds, news);
  const lost = recreated.length > 0 ? [definition.identity] : [];
  return {
    changes: changed.length + lost.length > 0,
    replaces: [...new Set([...replaces, ...lost])],
    // Object names are unique in the kernel, so the old object must be deleted before its replacement is created.
    deleteBeforeReplace: true,
  };
}

/**
 * Creates the resource, completes a creation that crashed, or adopts an existing object. Undoes its own changes on failure.
 */
export function create(definition: Definition, host: Host, args: Args): Promise<Result> {
  const work = serialized(definition, host, args, async (host) => {
    const observation = await lookForOwner(definition, host, args);
    const { observed: before, answers } = observation;
    const inheritance = inheritedBy(definition, observation, args);
    const fresh = inheritance && definition.fresh?.(args);
    if (fresh) refuseUnlessFresh(definition, observation, args, inheritance, await runPlan(host, fresh));
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
    const isRecorded = former !== undefined || definition.ownership.isRecorded;
    const marksAfterCreate =
      definition.ownership.marksAfterCreate && !(before && hasMark(before.owner, args["mark"]));
    const key = keyOf(definition, args);
    if (isRecorded || marksAfterCreate)
      await host.records.save(key, { mark: markIn(args), args, ...(former && { former }) });
    try {
      const observed = await change(definition, host, args, changes);
      for (const mark of inheritance?.from ?? []) await host.records.drop(key, mark);
      // The object carries its mark now. A record may remain from an earlier crash.
      if (!isRecorded && (marksAfterCreate || isWritten(observation, args)))
        await host.records.drop(key, markIn(args));
      if (inheritance) await revive(definition, host, args);
      const kept = await settleEffects(definition, host, args, former);
      const state = await verified(definition, host, { args, outputs: {}, former: kept }, observed);
      await tellWarnings(definition, host, args);
      return { id: definition.id(args), state };
    } catch (error) {
      const isFound = before !== undefined && (former === undefined || inheritance !== undefined);
      return giveUp(definition, host, args, former, {
        error,
        isFound,
        made: isAfterFirst(changes, error),
      });
    }
  });
  return explained(definition, host, args, work);
}

interface Failure {
  readonly error: unknown;
  /** Whether anything was changed. */
  readonly made: boolean;
  /** Whether the object already existed, left behind by a crash. */
  readonly isFound: boolean;
}

/** Undoes a failed creation, and throws the error that the engine must receive. */
async function giveUp(
  definition: Definition,
  host: Host,
  args: Args,
  former: Former | undefined,
  failure: Failure,
): Promise<never> {
  const { error, isFound } = failure;
  if (error instanceof PartialError || error instanceof Alone) throw error;
  if (!isFound) await takeBack(definition, host, args, former, failure);
  // If another creator won the race, reports it like an object that existed before.
  if (isBeaten(failure)) adopt(definition, await lookForOwner(definition, host, args), args);
  if (!isFound) throw error;
  // A completed crash leftover must stay in the state.
  const state = propertiesOf({ args, outputs: {}, former });
  throw new PartialError(definition.id(args), state, [messageOf(error)], { cause: error });
}

/**
 * Returns the commands that turn the observed object, if any, into the requested one. Throws if the preflight forbids them.
 */
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
  for (const warning of await runPlan(sharing(host), plan)) host.warn(warning);
}

/** Milliseconds between looks at an object that another process may be creating. */
const MARKING = [20, 40, 80, 160];

/** Observes the object, repeatedly while it has no owner: its creator marks it a moment later. */
async function lookForOwner(definition: Definition, host: Host, args: Args): Promise<Observation> {
  let observation = await look(definition, host, args, false);
  for (const delay of MARKING) {
    const isKnown = observation.observed?.owner.by !== "nobody" || observation.records.length > 0;
    if (isKnown || definition.ownership.isShared || ownOf(definition, observation, args)) break;
    await host.wait(delay);
    observation = await look(definition, host, args, false);
  }
  return observation;
}

/** Whether earlier commands had succeeded before this one failed. */
const isAfterFirst = (changes: readonly Command[], error: unknown): boolean =>
  error instanceof CommandError && changes.indexOf(error.command) > 0;

/** Whether another process created the object in the meantime. */
const isBeaten = ({ made, error }: Failure): boolean =>
  !made && error instanceof CommandError && ["AlreadyExists", "InUse"].includes(error.reason);

/** Updates the resource by the differences alone. `olds` is the state. */
export function update(definition: Definition, host: Host, olds: Args, args: Args): Promise<Result> {
  const work = serialized(definition, host, args, async (host) => {
    const id = definition.id(args);
    const { observation, mark } = await lookForEither(definition, host, args, markIn(olds));
    const own = ownOf(definition, observation, { ...args, mark });
    // The kernel may have put an object of its own in place of a deleted one.
    const isFree =
      definition.hasNoDependents === true &&
      (!observation.observed || isFreelyTaken(definition, observation, args));
    const observed = own ?? (isFree ? observation.observed : undefined);
    if (!observed && !isFree) {
      throw new RefusedError(
        `${id} does not exist, but the state has it. Run \`pulumi up --refresh\` to recreate it${wayBack(definition, observation.observed, args)}`,
      );
    }
    const was = { ...args, mark: markIn(olds) };
    refuseConflict(definition, observation, args, was.mark);
    warnOfAlias(definition, host, own, { ...args, mark }, WRITTEN);
    // A recreated object has no former owner.
    const { args: had, outputs, former: known } = stateIn(definition, olds);
    const valid = ofThisBoot(definition, host, observation, { ...had, mark }, known);
    const kept = own && isStillAdopted(definition, args) ? valid : undefined;
    const before = withEra(definition, host, kept);
    const former = await rememberEffects(definition, host, observation, args, before);
    const changes = await changesTo(definition, host, observation.answers, observed, args);
    const isRecorded = await rewriteRecord(definition, host, args, former);
    const now = await change(definition, host, args, changes);
    if (!isRecorded || was.mark !== args["mark"]) await forget(definition, host, was, observation);
    if (changes.length > 0) await revive(definition, host, args);
    const settled = await settleEffects(definition, host, args, former);
    const state = await verified(
      definition,
      host,
      { args, outputs: own ? outputs : {}, former: settled },
      now,
    );
    if (changes.length > 0) await tellWarnings(definition, host, args);
    return { id, state };
  });
  return explained(definition, host, args, work);
}

/**
 * Returns the actual state and the arguments that it corresponds to, or `undefined` if the resource is gone. After a failed
 * creation the state proves nothing; only a mark or a record does.
 */
export async function read(definition: Definition, host: Host, state: Args, hasFailed = false) {
  const { args, outputs, former } = stateIn(definition, state);
  // Concurrent reads of rules share one listing, which an `ip` session cannot provide.
  const isListed = definition.probe(args).every(({ tool }) => tool !== "ip");
  const observation = await look(definition, isListed ? sharing(host) : host, args);
  const isProven = !hasFailed || !definition.ownership.isRecorded || isWritten(observation, args);
  const observed = isProven ? ownOf(definition, observation, args) : undefined;
  if (!observed) {
    await forget(definition, host, args, observation);
    return undefined;
  }
  const known = ofThisBoot(definition, host, observation, args, former);
  // An interrupted deletion or another program may have removed the record.
  if (!isWritten(observation, args)) await rewriteRecord(definition, host, args, known);
  warnOfAlias(definition, host, observed, args, TO_WRITE);
  const inputs = { ...merge(args, observed.args), ...aliasDrift(definition, observed, args) };
  const now = { args: inputs, outputs: { ...outputs, ...observed.outputs }, former: known };
  return { id: definition.id(args), inputs, state: propertiesOf(now) };
}

/**
 * Deletes the resource alone. An object that is gone or belongs to another owner is left alone. An adopted object is
 * restored instead.
 */
export async function remove(definition: Definition, host: Host, state: Args): Promise<void> {
  const { args, former } = stateIn(definition, state);
  const isInherited = await serialized(definition, host, args, async (host) => {
    const observation = await look(definition, host, args);
    const observed = ownOf(definition, observation, args);
    const heir = heirOf(definition, host, args);
    const isLeft = heir !== undefined && staysFor(definition, args, observed);
    if (isLeft && (await isWanted(definition, host, observed, heir))) {
      // The record proves ownership until the heir has written its own. An heir of another kind, such as a Namespace for a
      // parameter, never writes one.
      const isKnown =
        observation.records.some((record) => record.mark === heir) || !isMarkOf(definition.kind, heir);
      if (!observed || isKnown) await forget(definition, host, args, observation);
      return true;
    }
    if (observed && !former) refuseIfNeeded(definition, host, args);
    if (!observed) warnOfLeft(definition, host, observation.observed, args);
    await release(definition, host, observation, observed, {
      args,
      former: ofThisBoot(definition, host, observation, args, former),
    });
    return false;
  });
  if (isInherited && definition.objectNames(args).some(isContainer))
    await sweep(definition, host, args, remove);
  if (!isInherited && definition.link) await revive(definition, host, args);
}

/**
 * Whether an object is left for its heir. A container whose resource moves to another object is not: the engine recreates
 * the dependents there and relies on their deletion here.
 */
const staysFor = (definition: Definition, args: Args, observed: Observation["observed"]): boolean =>
  !observed || !definition.objectNames(args).some(isContainer) || !isInProgram(markIn(args));

/** Whether the heir can take the object over as it is. If not, the object goes, and the heir makes one of its own. */
async function isWanted(
  definition: Definition,
  host: Host,
  observed: Observation["observed"],
  heir: string,
): Promise<boolean> {
  const args = isMarkOf(definition.kind, heir) ? argsOfClaimant(host, heir) : undefined;
  if (!observed || !args || definition.ownership.isShared) return true;
  const fresh = definition.fresh?.(args);
  return mayInherit(definition, observed, args, fresh ? await runPlan(host, fresh) : {});
}

/** Undoes a failed creation. If that fails too, a partial error keeps the resource in the state. */
async function takeBack(
  definition: Definition,
  host: Host,
  args: Args,
  former: Former | undefined,
  failure: Failure,
): Promise<void> {
  const { made, error } = failure;
  try {
    // Another process owns the object; only our record must go.
    if (isBeaten(failure) && !former) return host.records.drop(keyOf(definition, args), markIn(args));
    const observation = await look(definition, host, args);
    // A first command that failed or timed out may have taken effect in part, but it never writes a foreign mark.
    const isHalfMade = made || observation.observed?.owner.by === "nobody";
    const observed = ownOf(definition, observation, args) ?? (isHalfMade ? observation.observed : undefined);
    await release(definition, host, observation, observed, { args, former });
  } catch (second) {
    const reasons = [messageOf(error), messageOf(second)];
    const state = propertiesOf({ args, outputs: {}, former });
    throw new PartialError(definition.id(args), state, reasons, { cause: error });
  }
}

/** Looks for the old mark and the new one, because a crash may follow the relabelling. */
async function lookForEither(definition: Definition, host: Host, args: Args, was: string) {
  const observation = await look(definition, host, { ...args, mark: was });
  if (was === args["mark"] || ownOf(definition, observation, { ...args, mark: was }))
    return { observation, mark: was };
  return { observation: await look(definition, host, args), mark: markIn(args) };
}

/** Whether deletion restores the object. Without `adopt`, an object that was adopted belongs to the resource. */
const isStillAdopted = (definition: Definition, args: Args): boolean =>
  definition.ownership.isShared || args["adopt"] === true;

/** Records the upcoming arguments and mark if a record is needed. Returns whether it is. */
async function rewriteRecord(
  definition: Definition,
  host: Host,
  args: Args,
  former: Former | undefined,
): Promise<boolean> {
  const isRecorded = former !== undefined || definition.ownership.isRecorded;
  if (isRecorded) {
    await host.records.save(keyOf(definition, args), { mark: markIn(args), args, ...(former && { former }) });
  }
  return isRecorded;
}

const markIn = ({ mark }: Args): string => String(mark);
