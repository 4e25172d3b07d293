import type { Definition } from "./definition";

/**
 * All kinds of resources, each after the kinds it may depend on. They are registered by `kinds/index.ts`, so the engine
 * knows no kind by name.
 */
let registered: readonly Definition[] = [];

export const registerKinds = (definitions: readonly Definition[]): void => {
  registered = definitions;
};

export const allKinds = (): readonly Definition[] => registered;

/** Returns the kind of this name, or `undefined` if this version does not have it. */
export const definitionOf = (name: string | undefined): Definition | undefined =>
  registered.find(({ kind }) => kind === name);
