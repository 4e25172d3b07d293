/**
 * Invisible characters, and those that change the order in which others are displayed (Unicode, UAX 9). With them, two names
 * that look the same could be two objects.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Returns the first invisible character of a text by its code, such as `U+202E`. */
export function invisibleIn(text: string): string | undefined {
  const [found] = text.match(INVISIBLE) ?? [];
  return found === undefined ? undefined : codeOf(found);
}

/** Replaces invisible characters by their codes, so that a terminal shows all of a text. Line breaks stay. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => (character === "\n" ? character : `<${codeOf(character)}>`));
