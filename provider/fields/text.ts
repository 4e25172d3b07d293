/**
 * Characters that a person cannot see, or that change the order in which others are shown (Unicode, UAX 9): two names that
 * look the same could be two objects.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** The first character of a text that cannot be seen, by its code: `U+202E`. */
export function invisibleIn(text: string): string | undefined {
  const [found] = text.match(INVISIBLE) ?? [];
  return found === undefined ? undefined : codeOf(found);
}

/** A text with what cannot be seen in it written as a code, so that a terminal shows all of it; line breaks stay. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => (character === "\n" ? character : `<${codeOf(character)}>`));
