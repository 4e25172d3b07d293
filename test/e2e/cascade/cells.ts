import type { Operations, Run } from "../../support/programStack";
import { type Names, network, PARTS, type Part, type Style } from "./network";
import { type Scenario, scenarios } from "./scenarios";

/** One scenario in one style, in its own namespaces. */
export interface Cell extends Scenario {
  readonly title: string;
  readonly prefix: string;
  readonly style: Style;
  readonly names: Names;
}

/** All of them are parts of one program, as a run of the engine costs more than they do. */
export const cells: readonly Cell[] = Object.entries(scenarios).flatMap(([title, scenario], at) =>
  (["reference", "name"] as const).map((style) => {
    const prefix = `${style}-${at}`;
    const [near, far, third] = [`${prefix}-near`, `${prefix}-far`, `${prefix}-third`];
    const names: Names = { near, far, third, bridge: "br0", end: "eth0", home: "near", ip: "10.0.0.1" };
    return { ...scenario, title, prefix, style, names };
  }),
);

export const edited = ({ names, edit, prefix }: Cell): Names => ({
  ...names,
  ...edit,
  ...(edit.near !== undefined && { near: `${prefix}-${edit.near}` }),
});

const declare = (cell: Cell, names: Names, omitted: readonly Part[] = []) => {
  const isThirdUsed = cell.edit.home === "third";
  network(cell.prefix, names, cell.style, isThirdUsed ? omitted : [...omitted, "third"]);
};

export function base(): void {
  for (const cell of cells) declare(cell, cell.names);
}

export function afterEdits(): void {
  for (const cell of cells) declare(cell, edited(cell));
}

/** The removed owners and their dependents. */
export function withoutOwners(): void {
  for (const cell of cells) declare(cell, edited(cell), [cell.owner, ...cell.hanging]);
}

/** The operations of a run in one cell, by part. */
export const within = ({ prefix }: Cell, { operations }: Run): Operations =>
  Object.fromEntries(
    PARTS.flatMap((part) => {
      const operation = operations[`${prefix}.${part}`];
      return operation === undefined ? [] : [[part, operation]];
    }),
  );

/** The same operation on each part. */
export const each = (parts: readonly Part[], operation: string): Operations =>
  Object.fromEntries(parts.map((part) => [part, operation]));
