import * as pulumi from "@pulumi/pulumi";
import { isLater, isResource, resourceForText } from "./handles";

/** A value that is known only later, and its path in the arguments. */
type Later = readonly [path: string, value: pulumi.Output<unknown> | Promise<unknown>];

/** Triggers are in no id, no other output and no message. */
const mayBeSecret = (whose: string, path: string): boolean =>
  whose.startsWith("Reachability ") && path === "triggers";

/**
 * Refuses resources where plain values are wanted; for what is known only later, and for secrets, the answer comes as a
 * promise. Nothing is promised where all arguments are plain.
 *
 * Secrets cannot be kept: the engine hands them to a dynamic provider in plain text and marks as secret only the outputs
 * of the same name. Ids, other outputs and messages would show them, and so does the kernel.
 */
export function checkInputs(whose: string, inputs: object): Promise<void> | undefined {
  const later = laterIn(whose, inputs, "");
  return later.length === 0 ? undefined : checkLater(whose, later).catch(throwTersely);
}

/** Pulumi prints the stack of what a promise fails with, and nothing else: here the message says what to fix. */
function throwTersely(error: unknown): never {
  if (pulumi.RunError.isInstance(error)) Object.assign(error, { stack: error.message });
  throw error;
}

async function checkLater(whose: string, later: readonly Later[]): Promise<void> {
  for (const [path, given] of later) {
    const value: unknown = pulumi.Output.isInstance(given) ? await openly(whose, path, given) : await given;
    const inner = laterIn(whose, value, path);
    if (inner.length > 0) await checkLater(whose, inner);
  }
}

async function openly(whose: string, path: string, output: pulumi.Output<unknown>): Promise<unknown> {
  if ((await pulumi.isSecret(output)) && !mayBeSecret(whose, path)) {
    throw new pulumi.RunError(
      `${whose}: \`${path}\` is a secret, but ids, outputs, messages and the kernel show it in plain text: hand over \`pulumi.unsecret(…)\` if it may be seen`,
    );
  }
  return Reflect.get(output, "promise").call(output);
}

/** What is known only later, of a value at `path`. */
function laterIn(whose: string, value: unknown, path: string): Later[] {
  if (typeof value !== "object" || value === null) return [];
  if (isLater(value)) return [[path, value]];
  if (isResource(value)) throw resourceForText(whose, path, value);
  const isList = Array.isArray(value);
  const place = (key: string) => (isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`);
  return Object.entries(value).flatMap(([key, item]) => laterIn(whose, item, place(key)));
}
