import { type BrokenRecord, isOwnedBy } from "../../provider/linux/host/records";
import type { Garbage } from "./garbage";
import type { Known } from "./states";

/** A broken record, listed like garbage. */
export interface Debris
  extends Pick<Garbage, "kind" | "object" | "stack" | "resource" | "isAdopted" | "isGiven"> {
  readonly broken: BrokenRecord;
}

/** An entry in the list of `gc`. */
export type Listed = Garbage | Debris;

export const isDebris = (one: Listed): one is Debris => "broken" in one;
export const isObject = (one: Listed): one is Garbage => !isDebris(one);

/**
 * Returns broken records. A resource in a given state loses nothing, because the state holds the same data. Other
 * records have no known owner.
 */
export const debrisIn = (broken: readonly BrokenRecord[], { marks }: Pick<Known, "marks">): Debris[] =>
  broken.map((one) => ({
    kind: "broken record",
    object: one.file,
    stack: undefined,
    resource: one.why,
    isAdopted: false,
    isGiven: [...marks].some((mark) => isOwnedBy(one, mark)),
    broken: one,
  }));
