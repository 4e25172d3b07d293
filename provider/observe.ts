import type { Answer, Command, Steps } from "./command";
import type { Args, Definition, Observed } from "./definition";
import { isNotFound } from "./errors";
import type { Host } from "./host/host";

/** What the kernel has of a resource, whoever made it. */
export async function observe(definition: Definition, host: Host, args: Args) {
  return definition.parse(await ask(host, definition.probe(args)), args);
}

/** What the kernel has of a resource, if it is ours: a foreign object of the same name is not it. */
export async function observeOwn(definition: Definition, host: Host, args: Args) {
  const seen = await observe(definition, host, args);
  return seen && isOurs(definition, seen, args) ? seen : undefined;
}

export const isOurs = (definition: Definition, seen: Observed<Args, object>, args: Args): boolean =>
  definition.isOurs?.(seen, args) ?? seen.mark === args["mark"];

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

/** Drives a removal: what is gone already counts as removed. */
export async function runRemoval(host: Host, plan: readonly Command[] | Steps): Promise<void> {
  if ("next" in plan) {
    for (let step = plan.next([]); !step.done; ) step = plan.next(await ask(host, step.value));
  } else {
    for (const command of plan) await ask(host, [command]);
  }
}
