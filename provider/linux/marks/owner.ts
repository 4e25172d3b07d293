import { isOfOtherStack, ownerIn, parseMark } from "./mark";

/** The owner of a kernel object, as the object itself tells. */
export type Owner =
  | { readonly by: "nobody" }
  | { readonly by: "resource"; readonly mark: string }
  /** Text of another program in the place of a mark. The two ends of a cable may differ. */
  | { readonly by: "foreign"; readonly texts: readonly string[] }
  /** Another program, by its protocol number of rtnetlink(7). */
  | { readonly by: "program"; readonly protocol: number }
  /** The kernel, which found the object out by itself and may forget it. */
  | { readonly by: "kernel" };

export const NOBODY: Owner = { by: "nobody" };

export const byResource = (mark: string): Owner => ({ by: "resource", mark });

/** Reads the owner from the text in the place of a mark, such as an alias. */
export function ownerOf(text: string | undefined): Owner {
  if (!text) return NOBODY;
  return parseMark(text) ? byResource(text) : { by: "foreign", texts: [text] };
}

/** Whether the object carries this mark. */
export const hasMark = (owner: Owner, mark: unknown): boolean =>
  owner.by === "resource" && owner.mark === mark;

/** Returns the mark of the resource that owns the object, if there is one. */
export const markOn = (owner: Owner): string | undefined =>
  owner.by === "resource" ? owner.mark : undefined;

/** Whether the owner is not a resource of the stack of `mark`. */
export const isOutsideStack = (owner: Owner, mark: string): boolean => isOfOtherStack(markOn(owner), mark);

/** Returns the texts to write in the place of a mark, one for each end of a cable. An empty text deletes the mark. */
export function textsOf(owner: Owner): readonly string[] {
  switch (owner.by) {
    case "resource":
      return [owner.mark];
    case "foreign":
      return owner.texts;
    case "program":
      return [`proto ${owner.protocol}`];
    case "nobody":
    case "kernel":
      return [""];
  }
}

/** Returns the owner as one text, which states and records store. It is empty for an object of nobody. */
export const textOf = (owner: Owner): string => textsOf(owner).join("\n");

/** The inverse of `textOf`. */
export function storedOwner(text: string | undefined): Owner {
  const [, protocol] = /^proto (\d+)$/.exec(text ?? "") ?? [];
  if (protocol !== undefined) return { by: "program", protocol: Number(protocol) };
  const owner = ownerOf(text);
  return owner.by === "foreign"
    ? { by: "foreign", texts: owner.texts.flatMap((one) => one.split("\n")) }
    : owner;
}

/** Formats the owner for a message. Returns `undefined` if the object tells of none. */
export const describeOwner = (owner: Owner): string | undefined =>
  ownerIn(markOn(owner)) ?? (textsOf(owner).filter(Boolean).join(" and ") || undefined);
