import type { Args } from "../../provider/engine/definition";
import type { Found } from "../../provider/engine/discover";
import { stateIn } from "../../provider/engine/state";
import { definitions } from "../../provider/kinds";
import { parseMark } from "../../provider/linux/marks/mark";
import type { Known } from "./states";

/** An object that is in none of the given states. */
export interface Garbage {
  readonly kind: string;
  /** Its name in the kernel, after its namespace. */
  readonly object: string;
  /** `PROJECT/STACK`. `undefined` if the names are too long for a mark. */
  readonly stack: string | undefined;
  /** The name of the resource in its program. */
  readonly resource: string;
  /** Whether it was adopted, so that gc restores it instead of deleting it. */
  readonly isAdopted: boolean;
  /** Whether its stack was given. */
  readonly isGiven: boolean;
  readonly found: Found;
}

/** Returns the objects that are in none of the given states, in the order of deletion. */
export const garbageIn = (found: readonly Found[], known: Pick<Known, "marks" | "stacks">): Garbage[] =>
  found
    .filter(({ state }) => !known.marks.has(markIn(state)))
    .map((one) => describe(one, known))
    .sort((a, b) => rankOf(b) - rankOf(a) || compare(a.object, b.object));

/** Dependents come first. No deletion deletes anything else, and rules precede the links that they name. */
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
