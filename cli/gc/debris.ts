import { type BrokenRecord, isOwnedBy } from "../../provider/linux/host/records";
import type { Garbage } from "./garbage";
import type { Known } from "./states";

/** A record that nobody can read, listed as garbage is. */
export interface Debris
  extends Pick<Garbage, "kind" | "object" | "stack" | "resource" | "isAdopted" | "isGiven"> {
  readonly broken: BrokenRecord;
}

/** What `gc` lists. */
export type Listed = Garbage | Debris;

export const isDebris = (one: Listed): one is Debris => "broken" in one;
export const isObject = (one: Listed): one is Garbage => !isDebris(one);

/**
 * Broken records. Of one of a resource that a given state knows nothing is lost, as the state says the same; whose any other
 * is, nobody can tell.
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
