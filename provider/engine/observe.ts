import { type Answer, type Command, isWait, type Steps, type Wait } from "../linux/command";
import type { Host } from "../linux/host/host";
import { oneByOne } from "../linux/host/oneByOne";
import type { HostId } from "../linux/host/perHost";
import type { ObjectKey, OwnerRecord } from "../linux/host/records";
import type { Args, Definition, Observed } from "./definition";

/** What the kernel has of a resource, whoever made it, and what is written down about it. */
export interface Observation {
  readonly host: HostId;
  readonly answers: readonly Answer[];
  readonly observed: Observed | undefined;
  readonly records: readonly OwnerRecord[];
}

/** `isInState`: a state tells of the resource what its own record would. */
export async function look(
  definition: Definition,
  host: Host,
  args: Args,
  isInState = true,
): Promise<Observation> {
  const answers = await ask(host, definition.probe(args));
  // Records after the kernel: whoever changed what was seen had written one down before.
  const own = isInState ? String(args["mark"]) : undefined;
  const records = await host.records.find(keyOf(definition, args), own);
  return { host, answers, observed: definition.parse(answers, args), records };
}

/** Makes changes in order, of which the first failure ends it; then gives what the kernel has. */
export async function change(
  definition: Definition,
  host: Host,
  args: Args,
  changes: readonly Command[],
): Promise<Observation["observed"]> {
  return definition.parse(await runAll(host, changes, definition.probe(args)), args);
}

/** Under what the records of a resource's object are kept. */
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

/** Runs reading commands at once. "Not found" is an answer; every other failure travels up. */
export const ask = (host: Host, commands: readonly Command[]): Promise<Answer[]> =>
  runAll(host, [], commands);

/** Runs commands in order, of which the first failure ends it; then asks, as `ask` does. */
export const runAll = (
  host: Host,
  changes: readonly Command[],
  looks: readonly Command[] = [],
): Promise<Answer[]> =>
  host.runAll?.(changes, looks) ?? oneByOne((command) => host.run(command), changes, looks);

/** Lets what knows its next commands by answers see them, and gives what it comes to. */
export async function runSteps<R>(host: Host, plan: Steps<R>): Promise<R> {
  let step = plan.next([]);
  while (!step.done) step = await following(host, plan, step.value);
  return step.value;
}

/** A failure goes into the plan, which may have something to put back. */
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

/** Asks whether anything forbids to run these commands; throws what does. */
export async function runPreflight(
  definition: Definition,
  host: Host,
  commands: readonly Command[],
): Promise<void> {
  const plan = definition.preflight?.(commands);
  if (plan) await runSteps(host, plan);
}

/** Drives a removal: what is gone already counts as removed. */
export async function runRemoval(host: Host, plan: readonly Command[] | Steps): Promise<void> {
  if ("next" in plan) return runSteps(host, plan);
  for (const command of plan) await ask(host, [command]);
}
