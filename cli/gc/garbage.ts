import type { Args } from "../../provider/engine/definition";
import type { Found } from "../../provider/engine/discover";
import { stateIn } from "../../provider/engine/state";
import { definitions } from "../../provider/kinds";
import { parseMark } from "../../provider/linux/marks/mark";
import type { Known } from "./states";

/** An object that no given state knows. */
export interface Garbage {
  readonly kind: string;
  /** What it is called in the kernel, its namespace first. */
  readonly object: string;
  /** `PROJECT/STACK`; `undefined` where the names are too long for a mark. */
  readonly stack: string | undefined;
  /** The resource's name in its program. */
  readonly resource: string;
  /** Whether it was there before, and is to be set back and not deleted. */
  readonly isAdopted: boolean;
  /** Whether it is of a stack that was given. */
  readonly isGiven: boolean;
  readonly found: Found;
}

/** What no given state knows, in the order in which it is to be deleted. */
export const garbageIn = (found: readonly Found[], known: Pick<Known, "marks" | "stacks">): Garbage[] =>
  found
    .filter(({ state }) => !known.marks.has(markIn(state)))
    .map((one) => describe(one, known))
    .sort((a, b) => rankOf(b) - rankOf(a) || compare(a.object, b.object));

/** What hangs on another goes before it: nothing is taken along, and rules go before the links they speak of. */
const rankOf = ({ found }: Garbage): number => definitions.indexOf(found.definition);

function describe(found: Found, { stacks }: Pick<Known, "stacks">): Garbage {
  const { definition, state } = found;
  const { stack, name = "" } = parseMark(markIn(state)) ?? {};
  return {
    kind: definition.kind,
    object: definition.id(state),
    stack,
    resource: name,
    isAdopted: stateIn(definition, state).former !== undefined && !definition.ownership.isShared,
    isGiven: stack !== undefined && stacks.has(stack),
    found,
  };
}

const markIn = ({ mark }: Args): string => String(mark);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
