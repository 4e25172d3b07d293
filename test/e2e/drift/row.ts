import { execa } from "execa";

/** What becomes of a resource after a change by hand: mended in place, replaced, or made anew as it is gone under its name. */
export type Effect = "update" | "replace" | "create";

/** One property, changed by hand. Every row has a resource of its own, of its own name. */
export interface Row {
  readonly kind: string;
  /** The property as `onChange` has it. */
  readonly path: string;
  /** The resource's name. */
  readonly name: string;
  readonly declare: () => unknown;
  /** Changes it as a person would. */
  readonly byHand: () => Promise<unknown>;
  readonly effect: Effect;
  /** The property that the preview names, where it is another one. */
  readonly shownAs?: string | undefined;
  /** Clears away what the hand has put elsewhere, and the engine must not touch. */
  readonly tidy?: (() => Promise<unknown>) | undefined;
}

/** A row without what all of its kind have in common. In commands, `NAME` stands for the resource's, `#` for the row's number. */
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

/** Types commands, one after the other; `;` parts them. */
export async function type(lines: string): Promise<void> {
  for (const line of lines.split(";")) {
    const [file = "", ...args] = line.trim().split(/\s+/);
    await execa(file, args);
  }
}

/** A namespace that is not the stack's, where people put things; it has a bridge `lan`. */
export const ELSEWHERE = "elsewhere";
