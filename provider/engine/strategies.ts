import { hasMark, type Owner } from "../linux/marks/owner";
import type { Ownership } from "./definition";

/** The strategies by which a kind tells which resource owns an object. Each definition chooses one as its `ownership`. */

type Rules<A, O extends object, Name extends keyof Ownership> = Pick<Ownership<A, O>, Name>;

/** The object carries the mark where no other program writes, such as in a comment. */
export const markOnObject = <A extends { mark: string }, O extends object>(): Ownership<A, O> => ({
  ...{ isRecorded: false, marksAfterCreate: false, isShared: false },
  ...{ isOurs: isMarked, mayAdopt: isMarked },
});

/** The alias of a link carries the mark. Other programs write aliases too, so `isOurs` must know further proofs. */
export const markInAlias = <A, O extends object>(
  rules: Rules<A, O, "isOurs" | "marking">,
): Ownership<A, O> => ({
  ...{ isRecorded: false, marksAfterCreate: false, isShared: false },
  mayAdopt: rules.isOurs,
  ...rules,
});

/** The alias of a link inside the object carries the mark. A record holds the ownership until the link has its alias. */
export const markAfterCreation = <A, O extends object>(
  rules: Rules<A, O, "isOurs" | "mayAdopt" | "marking">,
): Ownership<A, O> => ({
  ...{ isRecorded: false, marksAfterCreate: true, isShared: false },
  ...rules,
});

/**
 * The kernel has no room for a mark, so a record beside the object names the owner. By default the object carries our
 * protocol number, and only such an object is adopted freely.
 */
export const recordBeside = <A extends { mark: string }, O extends object>(
  rules: Partial<Rules<A, O, "isOurs" | "mayAdopt" | "marksAfterCreate">> = {},
): Ownership<A, O> => ({
  ...{ isRecorded: true, marksAfterCreate: false, isShared: false },
  ...{ isOurs: isMarked, mayAdopt: rules.isOurs ?? isMarked },
  ...rules,
});

/** The object always exists and has no owner. A record of each resource says which value it asks for. */
export const sharedSetting = <A, O extends object>(rules: Rules<A, O, "reliedOn"> = {}): Ownership<A, O> => ({
  ...{ isRecorded: true, marksAfterCreate: false, isShared: true },
  ...{ isOurs: () => true, mayAdopt: () => true },
  ...rules,
});

const isMarked = ({ owner }: { readonly owner: Owner }, { mark }: { readonly mark: string }): boolean =>
  hasMark(owner, mark);
