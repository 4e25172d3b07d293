import type { Args } from "../engine/definition";

/** The facts beside the arguments. Pulumi keeps all of them as flat properties, which only this module converts. */
interface Inputs {
  readonly args: Args;
  /** Dependencies that are recreated in this run, so that the resource must be recreated as well. */
  readonly recreated: readonly string[];
  /** The text of the provider, by which the engine calls it. A state without it can never be read or deleted. */
  readonly provider: unknown;
}

export function inputsIn({ __provider, remade, ...args }: Args): Inputs {
  const recreated = typeof remade === "string" ? remade.split(", ") : [];
  return { args, recreated, provider: __provider };
}

/**
 * Adds the recreated dependencies to checked arguments. The engine asks for a diff only if properties have changed, so these
 * must be a property of this run.
 */
export const withRecreated = (args: Args, recreated: readonly string[]): Args =>
  recreated.length === 0 ? args : { ...args, remade: [...new Set(recreated)].join(", ") };

export const withProvider = (properties: Args, provider: unknown): Args => ({
  ...properties,
  __provider: provider,
});
