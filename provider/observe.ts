import type { Answer, Command, Steps } from "./command";
import type { Args, Definition, Observed } from "./definition";
import { isNotFound } from "./errors";
import type { Host } from "./host/host";
import type { ObjectKey, OwnerRecord } from "./host/records";

/** What the kernel has of a resource, whoever made it, and what is written down about it. */
export interface Sight {
  readonly answers: readonly Answer[];
  readonly seen: Observed<Args, object> | undefined;
  readonly records: readonly OwnerRecord[];
}

export async function look(definition: Definition, host: Host, args: Args): Promise<Sight> {
  const answers = await ask(host, definition.probe(args));
  // Records after the kernel: whoever changed what was seen had written one down before.
  const records = await host.records.find(keyOf(definition, args));
  return { answers, seen: definition.parse(answers, args), records };
}

/** Under what the records of a resource's object are kept. */
export const keyOf = (definition: Definition, args: Args): ObjectKey => ({
  kind: definition.kind,
  id: definition.id(args),
  namespace: homeOf(definition, args),
});

function homeOf(definition: Definition, args: Args): string | undefined {
  if (definition.home) return definition.home(args);
  const { namespace } = args;
  return typeof namespace === "string" ? namespace : undefined;
}

/** Runs reading commands at once. "Not found" is an answer; every other failure travels up. */
export function ask(host: Host, commands: readonly Command[]): Promise<Answer[]> {
  return Promise.all(
    commands.map((command) =>
      host.run(command).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      }),
    ),
  );
}

/** Runs commands in order; the first failure ends it. */
export async function runAll(host: Host, commands: readonly Command[]): Promise<void> {
  for (const command of commands) await host.run(command);
}

/** Lets what knows its next commands by answers see them. */
async function runSteps(host: Host, plan: Steps): Promise<void> {
  for (let step = plan.next([]); !step.done; ) step = plan.next(await ask(host, step.value));
}

/** Asks whether anything forbids to run these commands; throws what does. */
export async function hearObjections(
  definition: Definition,
  host: Host,
  commands: readonly Command[],
): Promise<void> {
  const plan = definition.objections?.(commands);
  if (plan) await runSteps(host, plan);
}

/** Drives a removal: what is gone already counts as removed. */
export async function runRemoval(host: Host, plan: readonly Command[] | Steps): Promise<void> {
  if ("next" in plan) return runSteps(host, plan);
  for (const command of plan) await ask(host, [command]);
}
