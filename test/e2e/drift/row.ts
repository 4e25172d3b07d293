import { execa } from "execa";

/** The effect of a change by hand on a resource: updated in place, replaced, or recreated because its name no longer exists. */
export type Effect = "update" | "replace" | "create";

/** One property, changed by hand. Every row has its own resource with its own name. */
export interface Row {
  readonly kind: string;
  /** The property, as in `onChange`. */
  readonly path: string;
  /** The resource's name. */
  readonly name: string;
  readonly declare: () => unknown;
  /** Changes it as a person would. */
  readonly byHand: () => Promise<unknown>;
  readonly effect: Effect;
  /** The property that the preview names, if it is another one. */
  readonly shownAs?: string | undefined;
  /** Cleans up what the change left elsewhere and the engine must not touch. */
  readonly tidy?: (() => Promise<unknown>) | undefined;
}

/** A row without the common parts of its kind. In commands, `NAME` stands for the resource's name and `#` for the row's number. */
export type Brief = readonly [
  path: string,
  args: object,
  byHand: string,
  effect: Effect,
  more?: { readonly shownAs?: string; readonly tidy?: string },
];

/** The rows of a kind. Each row's resource is named `NAME-0`, `NAME-1` and so on. */
export const rowsOf = (
  kind: string,
  prefix: string,
  declare: (name: string, args: object, at: number) => unknown,
  briefs: readonly Brief[],
): Row[] =>
  briefs.map(([path, args, byHand, effect, { shownAs, tidy } = {}], at) => {
    const name = `${prefix}-${at}`;
    const told = (lines: string) => lines.replaceAll("NAME", name).replaceAll("#", String(at));
    return {
      ...{ kind, path, name, effect, shownAs },
      declare: () => declare(name, args, at),
      byHand: () => type(told(byHand)),
      tidy: tidy === undefined ? undefined : () => type(told(tidy)),
    };
  });

/** Runs commands one after the other; `;` separates them. */
export async function type(lines: string): Promise<void> {
  for (const line of lines.split(";")) {
    const [file = "", ...args] = line.trim().split(/\s+/);
    await execa(file, args);
  }
}

/** A namespace outside the stack, with a bridge `lan`, as a place for changes by hand. */
export const ELSEWHERE = "elsewhere";
