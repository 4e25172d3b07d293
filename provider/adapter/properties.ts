import type { Args } from "../engine/definition";
import type { HostId } from "../linux/host/perHost";

/** The facts beside the arguments. Pulumi keeps all of them as flat properties, which only this module converts. */
export interface Inputs {
  readonly args: Args;
  /** Dependencies that are recreated in this run, so that the resource must be recreated as well. */
  readonly recreated: readonly string[];
  /** How the host is reached. Default: the resource is on this machine. */
  readonly host: unknown;
  /** The identity of the host's machine, in a state. */
  readonly machine: unknown;
  /** The text of the provider, by which the engine calls it. A state without it can never be read or deleted. */
  readonly provider: unknown;
}

export function inputsIn({ __provider, remade, host, machine, ...args }: Args): Inputs {
  const recreated = typeof remade === "string" ? remade.split(", ") : [];
  return { args, recreated, host, machine, provider: __provider };
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

/** Adds how the host is reached to checked arguments. */
export const withHost = (args: Args, host: unknown): Args => (host === undefined ? args : { ...args, host });

/** Adds where the resource is to a state: how the host is reached, and which machine answered. */
export const withMachine = (state: Args, host: unknown, { id }: HostId): Args =>
  host === undefined ? state : { ...state, host, machine: id };
