import { type Answer, type Command, isWait, type Steps, type Wait } from "../linux/command";
import type { Host } from "../linux/host/host";
import { oneByOne } from "../linux/host/oneByOne";
import type { HostId } from "../linux/host/perHost";
import type { ObjectKey, OwnerRecord } from "../linux/host/records";
import type { Args, Definition, Observed } from "./definition";

/** The object as the kernel has it, whoever created it, with the records about it. */
export interface Observation {
  readonly host: HostId;
  readonly answers: readonly Answer[];
  readonly observed: Observed | undefined;
  readonly records: readonly OwnerRecord[];
}

/** Observes the object of a resource. With `isInState`, the state replaces the own record of the resource. */
export async function look(
  definition: Definition,
  host: Host,
  args: Args,
  isInState = true,
): Promise<Observation> {
  const answers = await ask(host, definition.probe(args));
  // The kernel is read first, because every owner writes its record before it changes the kernel.
  const own = isInState ? String(args["mark"]) : undefined;
  const records = await host.records.find(keyOf(definition, args), own);
  return { host, answers, observed: definition.parse(answers, args), records };
}

/** Runs changes in order up to the first failure. Returns the object as read afterwards. */
export async function change(
  definition: Definition,
  host: Host,
  args: Args,
  changes: readonly Command[],
): Promise<Observation["observed"]> {
  return definition.parse(await runAll(host, changes, definition.probe(args)), args);
}

/** Returns the key of the records about an object. */
export const keyOf = (definition: Definition, args: Args): ObjectKey => ({
  kind: definition.kind,
  id: definition.id(args),
  namespace: namespaceOf(definition, args),
  ...(definition.link && { link: definition.link(args) }),
  ...(definition.formerIds && { formerIds: definition.formerIds(args) }),
});

function namespaceOf(definition: Definition, args: Args): string | undefined {
  if (definition.namespaceOf) return definition.namespaceOf(args);
  const { namespace } = args;
  return typeof namespace === "string" ? namespace : undefined;
}

/** Runs reading commands concurrently. "Not found" is an answer; any other failure is thrown. */
export const ask = (host: Host, commands: readonly Command[]): Promise<Answer[]> =>
  runAll(host, [], commands);

/** Runs changes in order up to the first failure, then the looks as in `ask`. */
export const runAll = (
  host: Host,
  changes: readonly Command[],
  looks: readonly Command[] = [],
): Promise<Answer[]> =>
  host.runAll?.(changes, looks) ?? oneByOne((command) => host.run(command), changes, looks);

/** Drives steps, whose next commands depend on earlier answers, and returns their result. */
export async function runSteps<R>(host: Host, plan: Steps<R>): Promise<R> {
  let step = plan.next([]);
  while (!step.done) step = await following(host, plan, step.value);
  return step.value;
}

/** Passes a failure into the steps, which may have something to restore. */
async function following<R>(
  host: Host,
  plan: Steps<R>,
  step: readonly Command[] | Wait,
): Promise<IteratorResult<readonly Command[] | Wait, R>> {
  let answers: Answer[];
  try {
    if (isWait(step)) await host.wait(step.milliseconds);
    answers = isWait(step) ? [] : await ask(host, step);
  } catch (error) {
    return plan.throw(error);
  }
  return plan.next(answers);
}

/** Throws if the preflight of a definition forbids these commands. */
export async function runPreflight(
  definition: Definition,
  host: Host,
  commands: readonly Command[],
): Promise<void> {
  const plan = definition.preflight?.(commands);
  if (plan) await runSteps(host, plan);
}

/** Drives a removal. A missing object counts as removed. */
export async function runRemoval(host: Host, plan: readonly Command[] | Steps): Promise<void> {
  if ("next" in plan) return runSteps(host, plan);
  for (const command of plan) await ask(host, [command]);
}
