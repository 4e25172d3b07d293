import type { Answer, Command } from "../linux/command";
import type { Host } from "../linux/host/host";
import type { HostId } from "../linux/host/perHost";
import type { ObjectKey, OwnerRecord } from "../linux/host/records";
import { ask, runAll, runPlan } from "../linux/host/runPlan";
import type { Plan } from "../linux/plan";
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

/** Throws if the preflight of a definition forbids these commands. */
export async function runPreflight(
  definition: Definition,
  host: Host,
  commands: readonly Command[],
): Promise<void> {
  const plan = definition.preflight?.(commands);
  if (plan) await runPlan(host, plan);
}

/** Drives a removal. A missing object counts as removed. */
export async function runRemoval(host: Host, plan: readonly Command[] | Plan): Promise<void> {
  if ("next" in plan) return runPlan(host, plan);
  for (const command of plan) await ask(host, [command]);
}
