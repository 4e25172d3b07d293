import type { Definition } from "./definition";

/**
 * Every kind of resource, each after those that it may depend on. The engine learns them from `kinds/index.ts`, so that it
 * knows no kind by name.
 */
let registered: readonly Definition[] = [];

export const registerKinds = (definitions: readonly Definition[]): void => {
  registered = definitions;
};

export const allKinds = (): readonly Definition[] => registered;

/** The kind of this name; `undefined` if this version has none. */
export const definitionOf = (name: string | undefined): Definition | undefined =>
  registered.find(({ kind }) => kind === name);
